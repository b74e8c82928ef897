// Where a number comes from, as data: a place in an artifact, or a formula over places. Written as an id it stands in
// claims.json and under tables, `results/systems/distilled/scores/all/keptFacts`, `ratio(a/b,a/c)`; read back only from there.

/** Keys from an artifact down: `results`, `samples`, `published`, `records`, `findings`; `*` is every row or value. */
export interface Place {
  keys: readonly string[];
}

export interface Derived {
  formula: string;
  of: readonly Origin[];
}

export type Origin = Place | Derived;

export const place = (...keys: readonly (string | number)[]): Place => ({ keys: keys.map(String) });
export const derived = (formula: string, ...of: Origin[]): Derived => ({ formula, of });

/** All places of an origin, in their order. */
export const placesOf = (origin: Origin): Place[] =>
  "keys" in origin ? [origin] : origin.of.flatMap(placesOf);

const escaped = (key: string): string => key.replace(/~/g, "~0").replace(/\//g, "~1");
const unescaped = (key: string): string => key.replace(/~1/g, "/").replace(/~0/g, "~");

/** Keys as a path; a slash inside a key is written ~1, as in JSON Pointer (RFC 6901). */
export const pathOf = (keys: readonly string[]): string => keys.map(escaped).join("/");

/** The id of an origin. */
export const idOf = (origin: Origin): string =>
  "keys" in origin ? pathOf(origin.keys) : `${origin.formula}(${origin.of.map(idOf).join(",")})`;

function topLevelParts(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") depth += 1;
    else if (text[i] === ")") depth -= 1;
    else if (text[i] === "," && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return [...parts, text.slice(from)];
}

/** Reads an id. A formula's name has no slash before its bracket; a path always has. */
export function originOf(id: string): Origin {
  const open = id.indexOf("(");
  const name = id.slice(0, Math.max(0, open));
  if (open < 1 || name.includes("/") || !id.endsWith(")")) return { keys: id.split("/").map(unescaped) };
  return { formula: name, of: topLevelParts(id.slice(open + 1, -1)).map(originOf) };
}
