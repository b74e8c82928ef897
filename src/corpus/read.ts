// Reads a researcher's own data into items, refusing what would spoil a study and saying exactly where it stands.
import type { Row, Rows } from "./files/headings";
import { DataFileError, describeNote, type Problem, UnreadCell } from "./files/problem";
import { readRows } from "./files/rows";
import { composeHangul, halfCharacter } from "./hangul-text";
import type { Item, Split } from "./item";

export const SPLITS: readonly Split[] = ["train", "validation", "test-in-domain", "test-other"];

const REQUIRED = ["id", "document", "summary", "split"];

export interface ReadItems {
  items: Item[];
  /** Line of each item in the file. */
  lines: number[];
  /** What was repaired or left out on reading, a sentence each with the file's name. */
  notes: string[];
}

class ItemReader {
  readonly items: Item[] = [];
  readonly lines: number[] = [];
  readonly problems: Problem[] = [];
  /** How many texts came with decomposed Hangul (NFD, as macOS writes it) and were composed (NFC). */
  composed = 0;
  private readonly lineOfId = new Map<string, number>();

  constructor(private readonly file: string) {}

  private wrong(row: Row, field: string, expected: string, found: string, advice: string): undefined {
    this.problems.push({ file: this.file, line: row.line, field, expected, found, advice });
    return undefined;
  }

  /** A whole text in composed Hangul with line feeds, or undefined with a problem noted. */
  private whole(row: Row, field: string, value: string): string | undefined {
    const half = halfCharacter(value);
    if (half !== undefined) {
      return this.wrong(row, field, "whole characters", half, "Something cut the text; write it again.");
    }
    const composed = composeHangul(value);
    if (composed !== value) this.composed += 1;
    return composed.replace(/\r\n?/g, "\n");
  }

  /** A text field, or undefined with a problem noted. */
  private text(
    row: Row,
    field: string,
    value: unknown = Object.hasOwn(row.fields, field) ? row.fields[field] : undefined,
  ): string | undefined {
    if (value === undefined) {
      return this.wrong(row, field, "a text", "no such field", `Add the field "${field}" to every row.`);
    }
    if (value instanceof UnreadCell) {
      return this.wrong(row, field, value.expected, value.found, value.advice);
    }
    if (typeof value !== "string") {
      return this.wrong(row, field, "a text", `${JSON.stringify(value)}`, "Write the value as a string.");
    }
    if (value.trim() === "") {
      return this.wrong(row, field, "a text", "an empty one", "Fill the field or remove the row.");
    }
    return this.whole(row, field, value);
  }

  /** The summary, or several of which the first is learned; undefined with a problem noted. */
  private summaries(row: Row): string[] | undefined {
    const value = row.fields.summary;
    const given: unknown[] = Array.isArray(value) && value.length > 0 ? value : [value];
    const texts = given.map((one) => this.text(row, "summary", one));
    const different = [...new Set(texts)];
    return different.includes(undefined) ? undefined : (different as string[]);
  }

  /** More summaries as `writeItems` writes them. */
  private others(row: Row): string[] {
    const value = row.fields.otherSummaries;
    if (value === undefined) return [];
    if (Array.isArray(value)) return value.flatMap((one) => this.text(row, "otherSummaries", one) ?? []);
    this.wrong(
      row,
      "otherSummaries",
      "a list of texts",
      `${JSON.stringify(value)}`,
      "Write a JSON array, or leave it out.",
    );
    return [];
  }

  private split(row: Row): Split | undefined {
    const name = this.text(row, "split");
    if (name === undefined || (SPLITS as readonly string[]).includes(name)) return name as Split | undefined;
    return this.wrong(row, "split", `one of ${SPLITS.join(", ")}`, `"${name}"`, "Rename the split.");
  }

  private facts(row: Row): string[] | undefined {
    const value = row.fields.facts;
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((fact) => typeof fact === "string")) {
      return value.flatMap((fact: string) => this.whole(row, "facts", fact) ?? []);
    }
    return this.wrong(
      row,
      "facts",
      "a list of texts",
      `${JSON.stringify(value)}`,
      "Write a JSON array, or leave it out.",
    );
  }

  add(row: Row): void {
    const before = this.problems.length;
    const id = this.text(row, "id");
    const document = this.text(row, "document");
    const summaries = [...(this.summaries(row) ?? []), ...this.others(row)];
    const split = this.split(row);
    const facts = this.facts(row);
    const topic = row.fields.topic === undefined ? "" : this.text(row, "topic");
    const first = id === undefined ? undefined : this.lineOfId.get(id);
    if (first !== undefined) {
      this.wrong(
        row,
        "id",
        "an id of its own",
        `"${id}" again, as on line ${first}`,
        "Give every item another id.",
      );
    } else if (id !== undefined) this.lineOfId.set(id, row.line);
    if (this.problems.length > before) return;
    const [summary, ...otherSummaries] = summaries;
    const item = { id, document, summary, topic, split } as Item;
    this.items.push({
      ...item,
      ...(otherSummaries.length > 0 && { otherSummaries }),
      ...(facts && { facts }),
    });
    this.lines.push(row.line);
  }
}

/** Fields that no row has: one problem each, not one a row. */
function missingFields(file: string, { rows, names, line }: Rows): Problem[] {
  return REQUIRED.filter((field) => rows.length > 0 && !names.includes(field)).map((field) => ({
    ...{ file, line, field, expected: "a text in each row" },
    found: `no such field; there are ${names.join(", ")}`,
    advice:
      field === "split"
        ? 'Name the field or column "split", or let `npm run data:make` give the items splits.'
        : `Name the field or column "${field}", or say which it is with --columns ${field}=NAME.`,
  }));
}

function readRowsOrProblems(file: string): Rows {
  try {
    return readRows(file);
  } catch (error) {
    if (!(error instanceof DataFileError)) throw error;
    return { rows: [], names: [], line: 1, problems: [...error.problems], notes: [] };
  }
}

/** Items of a file with its problems. */
export type InspectedItems = ReadItems & { problems: Problem[] };

/** Reads what can be read of a file and lists every problem. */
export const inspectItems = (file: string): InspectedItems => itemsOfRows(file, readRowsOrProblems(file));

/** The items that a file's rows are, with every problem. */
export function itemsOfRows(file: string, read: Rows): InspectedItems {
  const reader = new ItemReader(file);
  const missing = missingFields(file, read);
  if (missing.length === 0) for (const row of read.rows) reader.add(row);
  const problems = [...read.problems, ...missing, ...reader.problems].sort((a, b) => a.line - b.line);
  if (read.rows.length === 0 && problems.length === 0) {
    problems.push({
      ...{ file, line: 1, field: "(file)", expected: "at least one item", found: "none" },
      advice: "Check that the right file was given.",
    });
  }
  const { items, lines, composed } = reader;
  const notes = [...read.notes];
  if (composed > 0)
    notes.push(describeNote(file, `decomposed Hangul (NFD) was composed (NFC) in ${composed} texts.`));
  return { items, lines, notes, problems };
}

/**
 * Reads items from a .jsonl, .ndjson, .json, .csv or .tsv file or an .xlsx workbook with the fields id, document, summary (in JSON one
 * or a list of them), split and, if wanted, topic and facts (JSON only). Throws a DataFileError with every problem of the file when there is any.
 */
export function readItems(file: string): ReadItems {
  const { problems, ...read } = inspectItems(file);
  if (problems.length > 0) throw new DataFileError(problems, read.notes);
  return read;
}
