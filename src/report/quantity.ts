// A number of the report together with where it comes from: its id is a path into an artifact, or a formula over such
// paths, so that anyone can find or recompute it. `results/systems/distilled/scores/all/keptFacts` reads a number;
// `ratio(a, b)` derives one.
import { spearman } from "../statistics/correlation";

export interface Quantity {
  id: string;
  value: number;
}

/** A plain number, or one whose origin is known and shown. */
export type Amount = number | Quantity;

export const amountOf = (amount: Amount): number => (typeof amount === "number" ? amount : amount.value);

/** What the first part of a path names: results, samples, published, records. */
export type Sources = Record<string, unknown>;

/** The fields by which a row of an array is named in a path; a comparison is named `a:b:testSet:metric`. */
const KEYS = ["form", "system", "model", "index", "seed", "name", "id", "key"];

const escaped = (segment: string): string => segment.replace(/~/g, "~0").replace(/\//g, "~1");
const unescaped = (segment: string): string => segment.replace(/~1/g, "/").replace(/~0/g, "~");

/** Joins keys to a path; a slash inside a key is written ~1, as in JSON Pointer (RFC 6901). */
export const pathOf = (...keys: (string | number)[]): string =>
  keys.map((key) => escaped(String(key))).join("/");

function rowNamed(rows: readonly unknown[], name: string): unknown {
  const found = rows.find((row) => {
    if (typeof row !== "object" || row === null) return false;
    const fields = row as Record<string, unknown>;
    if ("a" in fields && "testSet" in fields) {
      return `${fields.a}:${fields.b}:${fields.testSet}:${fields.metric}` === name;
    }
    return KEYS.some((key) => key in fields && String(fields[key]) === name);
  });
  return found !== undefined ? found : /^\d+$/.test(name) ? rows[Number(name)] : undefined;
}

function step(from: unknown, key: string): unknown {
  if (Array.isArray(from)) return rowNamed(from, key);
  if (typeof from !== "object" || from === null) return undefined;
  return (from as Record<string, unknown>)[key];
}

/** Everything at the keys of a path; `*` stands for every row of an array or value of an object. */
function everythingAt(sources: Sources, keys: readonly string[]): unknown[] {
  let at: unknown[] = [sources];
  for (const key of keys) {
    at = at.flatMap((value) => {
      if (key !== "*") return [step(value, key)];
      return typeof value === "object" && value !== null ? Object.values(value) : [];
    });
  }
  return at.filter((value) => value !== undefined && value !== null);
}

/** Pairs of positions that two lists put in opposite orders. */
export function discordantPairs(x: readonly number[], y: readonly number[]): [number, number][] {
  return x.flatMap((_, i) =>
    x.slice(i + 1).flatMap((__, k): [number, number][] => {
      const j = i + 1 + k;
      return (x[i]! - x[j]!) * (y[i]! - y[j]!) < 0 ? [[i, j]] : [];
    }),
  );
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The formulas that an id may use, over the numbers at one or two paths. */
const FORMULAS: Record<string, (a: number[], b: number[]) => number> = {
  ratio: ([a], [b]) => a! / b!,
  difference: ([a], [b]) => a! - b!,
  negative: ([a]) => -a!,
  sum,
  mean: (a) => sum(a) / a.length,
  min: (a) => Math.min(...a),
  max: (a) => Math.max(...a),
  last: (a) => a[a.length - 1]!,
  count: (a) => a.length,
  pairs: (a) => (a.length * (a.length - 1)) / 2,
  // How often the first list is above the second, position by position.
  above: (a, b) => a.filter((value, i) => value > b[i]!).length,
  // The place of a number in a list, 1 for the largest.
  rank: (a, [b]) => 1 + a.filter((value) => value > b!).length,
  discordant: (a, b) => discordantPairs(a, b).length,
  spearman,
};

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

/** What an id says: keys from an artifact down, or a formula over such. */
export type Origin = { keys: string[] } | { formula: string; of: Origin[] };

/** Reads an id. A formula's name has no slash before its bracket; a path always has. */
export function originOf(id: string): Origin {
  const open = id.indexOf("(");
  const name = id.slice(0, Math.max(0, open));
  if (open < 1 || name.includes("/") || !id.endsWith(")")) return { keys: id.split("/").map(unescaped) };
  return { formula: name, of: topLevelParts(id.slice(open + 1, -1)).map(originOf) };
}

/** All paths of an origin, in their order. */
export const placesOf = (origin: Origin): string[][] =>
  "keys" in origin ? [origin.keys] : origin.of.flatMap(placesOf);

/** What lies at an origin's path: the row or value that holds a number. */
export const rowAt = (sources: Sources, keys: readonly string[]): unknown => everythingAt(sources, keys)[0];

/** The numbers that an origin stands for: of a formula one, of a path as many as it has. */
function numbersOf(sources: Sources, origin: Origin): number[] {
  if ("keys" in origin) {
    return everythingAt(sources, origin.keys).filter((value): value is number => typeof value === "number");
  }
  const { formula, of } = origin;
  if (formula === "list") return of.flatMap((part) => numbersOf(sources, part));
  if (formula === "characters") {
    return placesOf(origin).flatMap((keys) =>
      everythingAt(sources, keys).map((text) => [...String(text)].length),
    );
  }
  const compute = FORMULAS[formula];
  if (!compute)
    throw new Error(`There is no formula "${formula}"; known are ${Object.keys(FORMULAS).join(", ")}.`);
  const [a, b] = of.map((part) => numbersOf(sources, part));
  if (!a || a.length === 0 || (b !== undefined && b.length === 0)) return [];
  return [compute(a, b ?? [])];
}

/** The value of an id; undefined where the sources do not have it, or a score was NaN (null in JSON). */
export function evaluate(sources: Sources, id: string): number | undefined {
  const [value, more] = numbersOf(sources, originOf(id));
  return value !== undefined && more === undefined && Number.isFinite(value) ? value : undefined;
}

/** The quantity of an id, or undefined where it has no value. */
export function quantity(sources: Sources, id: string): Quantity | undefined {
  const value = evaluate(sources, id);
  return value === undefined ? undefined : { id, value };
}

// Marks around a number's text carry its id through sentences. Private-use characters: text from outside loses them on reading.
const OPEN = "\ue000";
const MIDDLE = "\ue001";
const CLOSE = "\ue002";
const MARKED = /\ue000([^\ue000-\ue002]*)\ue001([^\ue000-\ue002]*)\ue002/g;

/** A number's text with its origin, where that is known. */
export const shown = (amount: Amount, text: string): string =>
  typeof amount === "number" ? text : `${OPEN}${amount.id}${MIDDLE}${text}${CLOSE}`;

/** Text without its marks. */
export const unmarked = (text: string): string => text.replace(MARKED, "$2");

/** Text in pieces: plain ones, and numbers with their ids. */
export function pieces(text: string): { text: string; id?: string }[] {
  const found: { text: string; id?: string }[] = [];
  let from = 0;
  for (const match of text.matchAll(MARKED)) {
    if (match.index! > from) found.push({ text: text.slice(from, match.index) });
    found.push({ text: match[2]!, id: match[1]! });
    from = match.index! + match[0].length;
  }
  if (from < text.length || found.length === 0) found.push({ text: text.slice(from) });
  return found;
}

/** Every text below a JSON value with the characters of marks written out, so that data can forge none. */
export function withoutMarks<Value>(value: Value): Value {
  if (typeof value === "string") {
    const clean = value.replace(
      /[\ue000-\ue002]/g,
      (c) => `[U+${c.charCodeAt(0).toString(16).toUpperCase()}]`,
    );
    return clean as unknown as Value;
  }
  if (Array.isArray(value)) return value.map(withoutMarks) as unknown as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [withoutMarks(key), withoutMarks(inner)]),
  ) as unknown as Value;
}
