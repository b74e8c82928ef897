// Reads a researcher's own data into items, refusing what would spoil a study and saying exactly where it stands.
import type { Item, Split } from "./item";
import { DataFileError, type Problem } from "./problem";
import { type Row, readRows } from "./rows";

export const SPLITS: readonly Split[] = ["train", "validation", "test-in-domain", "test-other"];

export interface ReadItems {
  items: Item[];
  /** Line of each item in the file. */
  lines: number[];
  /** How many texts came with decomposed Hangul (NFD, as macOS writes it) and were composed (NFC). */
  composed: number;
}

const JAMO = /[\u1100-\u11ff]/;

class ItemReader {
  readonly items: Item[] = [];
  readonly lines: number[] = [];
  readonly problems: Problem[] = [];
  composed = 0;
  private readonly lineOfId = new Map<string, number>();

  constructor(private readonly file: string) {}

  private wrong(row: Row, field: string, expected: string, found: string, advice: string): undefined {
    this.problems.push({ file: this.file, line: row.line, field, expected, found, advice });
    return undefined;
  }

  /** A text field in composed Hangul, or undefined with a problem noted. */
  private text(row: Row, field: string): string | undefined {
    const value = row.fields[field];
    if (value === undefined) {
      return this.wrong(row, field, "a text", "no such field", `Add the field "${field}" to every row.`);
    }
    if (typeof value !== "string") {
      return this.wrong(row, field, "a text", `${JSON.stringify(value)}`, "Write the value as a string.");
    }
    if (value.trim() === "") {
      return this.wrong(row, field, "a text", "an empty one", "Fill the field or remove the row.");
    }
    if (!JAMO.test(value)) return value;
    this.composed += 1;
    return value.normalize("NFC");
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
      return value.map((fact: string) => fact.normalize("NFC"));
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
    const summary = this.text(row, "summary");
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
    const item = { id, document, summary, topic, split } as Item;
    this.items.push(facts === undefined ? item : { ...item, facts });
    this.lines.push(row.line);
  }
}

/** Reads what can be read of a file and lists every problem; throws only when the file cannot be opened at all. */
export function inspectItems(file: string): ReadItems & { problems: Problem[] } {
  const { rows, problems } = readRows(file);
  const reader = new ItemReader(file);
  for (const row of rows) reader.add(row);
  const all = [...problems, ...reader.problems].sort((a, b) => a.line - b.line);
  if (rows.length === 0 && all.length === 0) {
    all.push({
      file,
      line: 1,
      field: "(file)",
      expected: "at least one item",
      found: "none",
      advice: "Check that the right file was given.",
    });
  }
  const { items, lines, composed } = reader;
  return { items, lines, composed, problems: all };
}

/**
 * Reads items from a UTF-8 .jsonl, .ndjson or .csv file or an .xlsx workbook with the fields id, document, summary, split and, if wanted,
 * topic and facts (JSON only). Throws a DataFileError with every problem of the file when there is any.
 */
export function readItems(file: string): ReadItems {
  const { problems, ...read } = inspectItems(file);
  if (problems.length > 0) throw new DataFileError(problems);
  return read;
}
