// CSV and its relatives (RFC 4180; tabs, semicolons, Excel's `sep=` line) as a table with the lines that an editor shows.
import type { CsvError, Options } from "csv-parse";
import { type Rows, rowsUnderHeadings, type TableRecord } from "./headings";
import { jsonForm } from "./json-form";
import { type Problem, unusable } from "./problem";

// Required by path: TypeScript's older resolution, which notebooks use, finds no types for a package's subpath.
const { parse } = require("csv-parse/sync") as { parse(text: string, options: Options): unknown };

const DELIMITERS: Record<string, string> = { ",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars" };

interface Line extends TableRecord {
  cells: string[];
  /** Nothing, not even a quote, stands on it. */
  empty: boolean;
}

interface Parsed {
  records: Line[];
  error?: CsvError;
}

/** All records with their lines; a broken quote ends the reading there and comes back as an error. */
function parseTable(text: string, firstLine: number, options: Options): Parsed {
  const records: Parsed["records"] = [];
  const collect = ({ record, raw }: { record: string[]; raw: string }, { lines }: { lines: number }) => {
    const inside = raw.replace(/\n$/, "").split("\n").length - 1;
    records.push({ line: firstLine - 1 + lines - inside, cells: record, empty: raw.trim() === "" });
    return null;
  };
  const all = {
    ...{ raw: true, on_record: collect, record_delimiter: "\n", relax_column_count: true },
    ...options,
  };
  try {
    parse(text, all as unknown as Options);
    return { records };
  } catch (error) {
    return { records, error: error as CsvError };
  }
}

/** The delimiter that cuts the headings into most names; of equals the file's own. */
function delimiterOf(text: string, own: string): string {
  const columns = (delimiter: string) =>
    parseTable(text, 1, { delimiter, to: 1 }).records[0]?.cells.length ?? 1;
  // Texts hold commas; a tab in the first line of a .tsv file is no accident.
  if (own === "\t" && columns(own) > 1) return own;
  return [own, ...Object.keys(DELIMITERS)].reduce((best, other) =>
    columns(other) > columns(best) ? other : best,
  );
}

/** Whether every record of a text has as many cells as the first, and more than one. */
export function isRectangular(text: string): boolean {
  const { records, error } = parseTable(text, 1, { delimiter: delimiterOf(text, ",") });
  const full = records.filter(({ empty }) => !empty);
  const columns = full[0]?.cells.length ?? 0;
  return (
    error === undefined &&
    columns > 1 &&
    full.length > 1 &&
    full.every(({ cells }) => cells.length === columns)
  );
}

/** Tables between tabs often take quotes as they are: then every line is a record with as many cells as the headings. */
function takesQuotesAsTheyAre(text: string, quoted: Parsed, delimiter: string): boolean {
  const lines = text.split("\n").filter((line) => line !== "");
  const tabs = (line: string) => line.split(delimiter).length;
  const sameNumber = lines.every((line) => tabs(line) === tabs(lines[0]!));
  const records = quoted.records.filter(({ empty }) => !empty);
  return sameNumber && (quoted.error !== undefined || records.length !== lines.length);
}

/** Reads a table whose line ends are line feeds; `own` is the delimiter that the file's ending promises. */
export function readDelimited(file: string, text: string, own: string): Rows {
  const json = jsonForm(text);
  if (json) throw unusable(file, "a table", ...json);
  const [sepLine, told] = /^"?sep=(.)"?\n/i.exec(text) ?? [];
  const table = text.slice(sepLine?.length ?? 0);
  const firstLine = sepLine === undefined ? 1 : 2;
  const delimiter = told ?? delimiterOf(table, own);
  const notes =
    told !== undefined || delimiter === own
      ? []
      : [`read with ${DELIMITERS[delimiter] ?? `“${delimiter}”`} between the columns.`];
  let parsed = parseTable(table, firstLine, { delimiter });
  if (delimiter === "\t" && takesQuotesAsTheyAre(table, parsed, delimiter)) {
    parsed = parseTable(table, firstLine, { delimiter, quote: null });
    notes.push("quotes were read as they are: every line is a row.");
  }
  const { records, error } = parsed;
  const problems: Problem[] = [];
  const wrong = (line: number, expected: string, found: string, advice: string) =>
    problems.push({ file, line, field: "(row)", expected, found, advice });
  const full = records.filter(({ empty }) => !empty);
  const [head, last] = [full[0], full[full.length - 1]];
  const isBlank = (cell: string) => cell.trim() === "";
  let columns = head?.cells.length ?? 0;
  while (columns > 0 && isBlank(head!.cells[columns - 1]!)) columns--;
  const kept = records.filter(({ line, cells, empty }) => {
    if (empty) {
      if (columns === 1 && line > head!.line && line < last!.line)
        wrong(line, "a text", "an empty line", 'Write an empty text as "", or remove the line.');
      return false;
    }
    // A spreadsheet writes rows that were emptied as delimiters alone, and more of them than there are headings.
    if (columns > 1 && cells.every(isBlank)) return false;
    if (cells.length >= columns && cells.slice(columns).every(isBlank)) return true;
    wrong(
      line,
      `${columns} fields as in the header (${head!.cells.slice(0, columns).join(", ")})`,
      `${cells.length}`,
      `Put fields that hold ${DELIMITERS[delimiter] ?? "the delimiter"}, quotes or line breaks in double quotes.`,
    );
    return false;
  });
  if (error !== undefined) {
    wrong(
      typeof error.lines === "number"
        ? firstLine - 1 + error.lines
        : (records[records.length - 1]?.line ?? 0) + 1,
      "valid CSV",
      error.message,
      'Close every quoted field and write a quote inside it twice ("").',
    );
  }
  const read = rowsUnderHeadings(file, kept);
  return { ...read, problems: [...read.problems, ...problems], notes };
}
