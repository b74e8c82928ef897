// Reads the two files of `npm run score`: plain text with an item a line, or JSONL with ids; says clearly what is wrong with them.
import { readFileSync } from "node:fs";

/** A file of texts to score that cannot be used. */
export class ScoringInputError extends Error {
  override name = "ScoringInputError";
}

export interface ScoringTexts {
  /** Present for JSONL. */
  ids?: string[];
  /** One text an item, or several references. */
  texts: (string | string[])[];
  /** What was repaired on reading, for the reader of the scores. */
  notes: string[];
}

/** Conjoining jamo: Hangul taken apart, as some systems write file contents. */
const DECOMPOSED_HANGUL = /[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]+/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function decode(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new ScoringInputError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new ScoringInputError(`${path}: is UTF-16, expected UTF-8. Convert it: iconv -f UTF-16 -t UTF-8.`);
  }
  try {
    // A byte order mark is taken off by the decoder.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ScoringInputError(
      `${path}: is not UTF-8 (CP949 perhaps). Convert it: iconv -f CP949 -t UTF-8.`,
    );
  }
}

function parseRow(path: string, line: string, number: number): { id: string; text: string | string[] } {
  const where = `${path}, line ${number}`;
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch (error) {
    throw new ScoringInputError(
      `${where}: is no JSON (${(error as Error).message}). Expected {"id": ..., "text": ...}.`,
    );
  }
  const { id, text } = (row ?? {}) as { id?: unknown; text?: unknown };
  const isText = typeof text === "string";
  const isTexts = Array.isArray(text) && text.length > 0 && text.every((one) => typeof one === "string");
  if ((typeof id !== "string" && typeof id !== "number") || !(isText || isTexts)) {
    throw new ScoringInputError(
      `${where}: expected {"id": string, "text": string or list of strings}, found ${line.slice(0, 80)}`,
    );
  }
  return { id: String(id), text: text as string | string[] };
}

/** Reads one file. Throws on an empty file, another encoding, a lone surrogate, broken JSON and an id that stands twice. */
export function readScoringTexts(path: string): ScoringTexts {
  const content = decode(path);
  if (content.trim() === "") throw new ScoringInputError(`${path}: is empty, expected an item a line.`);
  const notes: string[] = [];
  if (content.includes("\r\n")) notes.push(`${path}: CRLF line ends were read as line ends.`);
  const lines = content.split(/\r?\n/);
  if (lines[lines.length - 1] === "") lines.pop();
  const isJsonl = /\.(jsonl|ndjson)$/i.test(path) || /^\s*\{\s*"/.test(lines[0]!);
  const rows = isJsonl
    ? lines.flatMap((line, i) =>
        line.trim() === "" ? [] : [{ ...parseRow(path, line, i + 1), line: i + 1 }],
      )
    : lines.map((text, i) => ({ id: "", text, line: i + 1 }));
  let composed = 0;
  const clean = (text: string, line: number): string => {
    const surrogate = LONE_SURROGATE.exec(text);
    if (surrogate) {
      const code = text.charCodeAt(surrogate.index).toString(16).toUpperCase();
      throw new ScoringInputError(
        `${path}, line ${line}: has half a character (lone surrogate U+${code}) at position ${surrogate.index}. ` +
          "Something cut the text inside an emoji or rare character; write the file again.",
      );
    }
    const whole = text.replace(DECOMPOSED_HANGUL, (jamo) => jamo.normalize("NFC"));
    if (whole !== text) composed++;
    return whole;
  };
  const texts = rows.map(({ text, line }) =>
    typeof text === "string" ? clean(text, line) : text.map((one) => clean(one, line)),
  );
  if (composed > 0) notes.push(`${path}: decomposed Hangul (NFD) was composed in ${composed} texts.`);
  if (!isJsonl) return { texts, notes };
  const ids = rows.map(({ id }) => id);
  const seen = new Set<string>();
  for (const { id, line } of rows) {
    if (seen.has(id)) throw new ScoringInputError(`${path}, line ${line}: the id "${id}" stands twice.`);
    seen.add(id);
  }
  return { ids, texts, notes };
}

/** Brings `other` into the order of `first`: by id where both have ids, else by line. Throws where items do not match. */
export function matchTexts(
  first: ScoringTexts,
  other: ScoringTexts,
  names: [first: string, other: string],
): (string | string[])[] {
  if ((first.ids === undefined) !== (other.ids === undefined)) {
    throw new ScoringInputError(
      `${names[0]} and ${names[1]}: one has ids (JSONL) and one has not. Give both the same form.`,
    );
  }
  if (first.ids === undefined || other.ids === undefined) {
    if (first.texts.length !== other.texts.length) {
      throw new ScoringInputError(
        `${names[0]} has ${first.texts.length} lines, ${names[1]} has ${other.texts.length}; expected as many. ` +
          "An empty line is an item; a text with line breaks needs JSONL.",
      );
    }
    return other.texts;
  }
  const at = new Map(other.ids.map((id, i) => [id, other.texts[i]!]));
  const show = (ids: string[]) =>
    `${ids.slice(0, 5).join(", ")}${ids.length > 5 ? ` and ${ids.length - 5} more` : ""}`;
  const missing = first.ids.filter((id) => !at.has(id));
  const known = new Set(first.ids);
  const extra = other.ids.filter((id) => !known.has(id));
  if (missing.length > 0)
    throw new ScoringInputError(`${names[1]} lacks ids of ${names[0]}: ${show(missing)}.`);
  if (extra.length > 0)
    throw new ScoringInputError(`${names[1]} has ids that ${names[0]} lacks: ${show(extra)}.`);
  return first.ids.map((id) => at.get(id)!);
}
