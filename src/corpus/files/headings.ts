// Tables, of CSV or Excel alike: the first record names the columns, every other one is a row of named fields.
import { type Problem, UnreadCell } from "./problem";

/** A line of a table with its cells, left to right. */
export interface TableRecord {
  /** Line of the file or row of the sheet, counted from 1. */
  line: number;
  /** Texts, or cells whose text cannot be told; nothing where there is no cell. */
  cells: readonly (string | UnreadCell | undefined)[];
}

/** A row as it stands in the file. */
export interface Row {
  /** Line on which the row begins, counted from 1. */
  line: number;
  fields: Record<string, unknown>;
}

export interface Rows {
  rows: Row[];
  /** The names that any row has: the headings of a table. */
  names: string[];
  /** Line of the headings, or of the first row where each brings its names. */
  line: number;
  problems: Problem[];
  /** What was repaired or left out on reading, a sentence each. */
  notes: string[];
}

const isBlank = (cell: string | UnreadCell | undefined): boolean =>
  cell === undefined || (typeof cell === "string" && cell.trim() === "");

const textOf = (cell: string | UnreadCell | undefined): string =>
  typeof cell === "string" ? cell.trim().normalize("NFC") : "";

/** Rows by their headings. Problems: a name that heads two columns (then no row is read), a text under no heading. */
export function rowsUnderHeadings(file: string, records: readonly TableRecord[]): Omit<Rows, "notes"> {
  const [head, ...body] = records;
  const line = head?.line ?? 1;
  const headings = (head?.cells ?? []).map(textOf);
  const names = headings.filter((name) => name !== "");
  const problem = (at: number, field: string, expected: string, found: string, advice: string): Problem => ({
    ...{ file, line: at, field, expected, found, advice },
  });
  const twice = [...new Set(names.filter((name, i) => names.indexOf(name) !== i))].map((name) => {
    const columns = headings.flatMap((heading, i) => (heading === name ? [i + 1] : []));
    return problem(
      line,
      name,
      "one column of that name",
      `"${name}" over the columns ${columns.join(" and ")}`,
      "Rename or remove all but one of them.",
    );
  });
  if (twice.length > 0) return { rows: [], names, line, problems: twice };
  const problems: Problem[] = [];
  const rows = body.flatMap((record): Row[] => {
    const stray = record.cells.findIndex(
      // A first column without a name numbers the rows, as pandas and R write it.
      (cell, i) => !isBlank(cell) && !headings[i] && !(i === 0 && names.length > 0),
    );
    if (stray >= 0) {
      const cell = record.cells[stray];
      problems.push(
        problem(
          record.line,
          `(column ${stray + 1})`,
          `texts under the headings of row ${line} (${names.join(", ")})`,
          `“${cell instanceof UnreadCell ? cell.found : cell!.slice(0, 30)}” under no heading`,
          `Name the column in row ${line} or clear the cell.`,
        ),
      );
      return [];
    }
    const fields = headings.flatMap((name, i): [string, unknown][] =>
      name === "" ? [] : [[name, record.cells[i] ?? ""]],
    );
    return [{ line: record.line, fields: Object.fromEntries(fields) }];
  });
  return { rows, names, line, problems };
}
