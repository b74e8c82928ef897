// Reads the files of `npm run score`: texts of any form that people's tables have, or plain text with an item a line, matched by id.
import { extname } from "node:path";
import { decodeText } from "../corpus/files/decode";
import type { Row, Rows } from "../corpus/files/headings";
import { readPlainText } from "../corpus/files/plain-text";
import { DataFileError, describeNote, type Problem, UnreadCell, unusable } from "../corpus/files/problem";
import { ROW_ENDINGS, readBytes, readRows, readsRows } from "../corpus/files/rows";
import { composeHangul, halfCharacter } from "../corpus/hangul-text";

/** Files of texts to score that do not belong together. */
export class ScoringInputError extends Error {
  override name = "ScoringInputError";
}

export interface ScoringTexts {
  /** Of every item, where the file has a column `id`. */
  ids?: string[];
  /** One text an item, or several references. */
  texts: (string | string[])[];
  /** What was repaired or left out on reading, for the reader of the scores. */
  notes: string[];
}

/** What a file's texts are: references may be several an item, and so may texts of no role. */
export type TextRole = "reference" | "prediction" | "document" | "text";
/** The column of the role's name is taken, else the only one of these. */
const OTHER_COLUMNS: Record<TextRole, string[]> = {
  reference: ["text", "summary"],
  prediction: ["text", "summary"],
  document: ["text"],
  text: ["summary", "document", "reference", "prediction"],
};

/** The column with the texts: the named one, or the one that the role's names leave no doubt about. */
function columnOf(path: string, { names, line }: Rows, role: TextRole, named?: string): string {
  if (named === undefined ? names.includes(role) : names.includes(named)) return named ?? role;
  const others = named === undefined ? OTHER_COLUMNS[role].filter((name) => names.includes(name)) : [];
  if (others.length === 1) return others[0]!;
  const option = role === "text" ? "--column" : `--${role}-column`;
  throw unusable(
    path,
    named === undefined
      ? `a column "${role}", or one of ${OTHER_COLUMNS[role].join(", ")}`
      : `a column "${named}"`,
    `the columns ${names.map((name) => `"${name.slice(0, 20)}"`).join(", ")}`,
    `The first line of a table names its columns; ${option} says which holds the texts.`,
    line,
    "(columns)",
  );
}

interface Entry {
  line: number;
  field: string;
  id?: unknown;
  text: unknown;
}

function entriesOf(path: string, role: TextRole, column?: string): { entries: Entry[]; notes: string[] } {
  const ending = extname(path).toLowerCase();
  if (ending === ".txt") {
    if (column !== undefined)
      throw unusable(path, "a table with columns", "plain text", `Leave out "${column}".`);
    const { lines, notes } = readPlainText(path);
    return { entries: lines.map((text, i) => ({ line: i + 1, field: "(text)", text })), notes };
  }
  if (!readsRows(path)) {
    // What is no text at all is named first.
    decodeText(path, readBytes(path));
    const advice = "Name a file with an item a line .txt; convert others.";
    throw unusable(path, `a .txt, ${ROW_ENDINGS} file`, ending ? `"${ending}"` : "no ending", advice);
  }
  const read = readRows(path, role);
  const { rows, names, problems, notes } = read;
  if (problems.length > 0) throw new DataFileError(problems, notes);
  if (rows.length === 0)
    throw unusable(path, "at least one item", "none", "Check that the right file was given.");
  const field = columnOf(path, read, role, column);
  const has = (row: Row, name: string) => (Object.hasOwn(row.fields, name) ? row.fields[name] : undefined);
  const withId = names.includes("id");
  return {
    entries: rows.map((row) => ({
      ...{ line: row.line, field, text: has(row, field) },
      ...(withId && { id: has(row, "id") ?? null }),
    })),
    notes,
  };
}

/** Checks and repairs texts and ids, and keeps what is wrong with them. */
class TextReader {
  readonly problems: Problem[] = [];
  composed = 0;
  private readonly lineOfId = new Map<string, number>();

  constructor(
    private readonly path: string,
    /** Whether an item may have several texts. */
    private readonly several: boolean,
  ) {}

  private wrong(line: number, field: string, expected: string, found: string, advice: string): string {
    this.problems.push({ file: this.path, line, field, expected, found, advice });
    return "";
  }

  private whole(line: number, field: string, text: string): string {
    const half = halfCharacter(text);
    if (half !== undefined) {
      return this.wrong(
        line,
        field,
        "whole characters",
        half,
        "Something cut the text; write the file again.",
      );
    }
    const composed = composeHangul(text);
    if (composed !== text) this.composed += 1;
    return composed;
  }

  text({ line, field, text }: Entry): string | string[] {
    if (typeof text === "string") return this.whole(line, field, text);
    if (text instanceof UnreadCell) return this.wrong(line, field, text.expected, text.found, text.advice);
    if (
      this.several &&
      Array.isArray(text) &&
      text.length > 0 &&
      text.every((one) => typeof one === "string")
    ) {
      return text.map((one: string) => this.whole(line, field, one));
    }
    const found = text === undefined ? "no such field" : `${JSON.stringify(text)}`;
    const expected = this.several ? "a text or a list of texts" : "a text";
    return this.wrong(line, field, expected, found.slice(0, 80), "Write the value as a string.");
  }

  id({ line, id }: Entry): string {
    if (id instanceof UnreadCell) return this.wrong(line, "id", id.expected, id.found, id.advice);
    if ((typeof id !== "string" && typeof id !== "number") || id === "") {
      const found = id === null ? "none" : `${JSON.stringify(id)}`;
      return this.wrong(
        line,
        "id",
        "an id in every row, or in none",
        found,
        "Fill it, or leave out the column.",
      );
    }
    const name = this.whole(line, "id", String(id));
    const first = this.lineOfId.get(name);
    if (first === undefined) this.lineOfId.set(name, line);
    else
      this.wrong(
        line,
        "id",
        "an id of its own",
        `"${name}" again, as on line ${first}`,
        "Give every item another id.",
      );
    return name;
  }
}

/**
 * Reads one file of texts: .txt with an item a line, or a table (JSON, JSONL, CSV, TSV, Excel) with the texts in `column`, or in the
 * column of the role's name. Throws a DataFileError with every problem.
 */
export function readScoringTexts(path: string, role: TextRole = "text", column?: string): ScoringTexts {
  const { entries, notes } = entriesOf(path, role, column);
  const reader = new TextReader(path, role === "reference" || role === "text");
  const texts = entries.map((entry) => reader.text(entry));
  const ids = entries[0]!.id === undefined ? undefined : entries.map((entry) => reader.id(entry));
  if (reader.problems.length > 0) throw new DataFileError(reader.problems, notes);
  const composed =
    reader.composed > 0
      ? [describeNote(path, `decomposed Hangul (NFD) was composed in ${reader.composed} texts.`)]
      : [];
  return { ...(ids && { ids }), texts, notes: [...notes, ...composed] };
}

export interface MatchedTexts {
  texts: (string | string[])[];
  notes: string[];
}

/** Brings `other` into the order of `first`: by id where both have ids, else as they stand. Throws where items do not match. */
export function matchTexts(
  first: ScoringTexts,
  other: ScoringTexts,
  names: [first: string, other: string],
): MatchedTexts {
  if (first.ids === undefined || other.ids === undefined) {
    if (first.texts.length !== other.texts.length) {
      throw new ScoringInputError(
        [
          `${names[0]} has ${first.texts.length} items, ${names[1]} has ${other.texts.length}; expected as many. ` +
            "In plain text an empty line is an item, and a text with line breaks needs JSONL or CSV.",
          ...first.notes,
          ...other.notes,
        ].join("\n"),
      );
    }
    const one = first.ids ? names[1] : names[0];
    const note = `${names[0]} and ${names[1]} are matched line by line, as ${one} has no ids.`;
    return { texts: other.texts, notes: first.ids || other.ids ? [note] : [] };
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
  return { texts: first.ids.map((id) => at.get(id)!), notes: [] };
}
