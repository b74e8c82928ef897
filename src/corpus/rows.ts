// Data files as rows of named fields with their line numbers: JSON Lines and CSV, both UTF-8, and Excel workbooks.
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import type { CsvError, Options } from "csv-parse";
import { readExcel } from "./excel";
import { DataFileError, type Problem } from "./problem";

/** A row as it stands in the file. */
export interface Row {
  /** Line on which the row begins, counted from 1. */
  line: number;
  fields: Record<string, unknown>;
}

export interface Rows {
  rows: Row[];
  problems: Problem[];
}

const LINE_FEED = 0x0a;

function unusable(file: string, expected: string, found: string, advice: string): DataFileError {
  return new DataFileError([{ file, line: 1, field: "(file)", expected, found, advice }]);
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw unusable(file, "a file that can be read", code, "Check the path and the permissions.");
  }
}

/** The file's text without a byte order mark, or the problem that it is not UTF-8, with the line of the first bad byte. */
function decode(file: string): string | Problem {
  const bytes = readBytes(file);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    return decoder.decode(bytes);
  } catch {
    let line = 1;
    for (let from = 0; from < bytes.length; line++) {
      const end = bytes.indexOf(LINE_FEED, from);
      const until = end < 0 ? bytes.length : end + 1;
      try {
        decoder.decode(bytes.subarray(from, until));
      } catch {
        break;
      }
      from = until;
    }
    return {
      file,
      line,
      field: "(encoding)",
      expected: "UTF-8 text",
      found: "bytes that are not UTF-8",
      advice:
        "Korean files from Excel are often CP949: save the file as “CSV UTF-8” or convert it with iconv.",
    };
  }
}

function readJsonLines(file: string, text: string): Rows {
  const rows: Row[] = [];
  const problems: Problem[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    if (raw.trim() === "") continue;
    const line = index + 1;
    const wrong = (found: string) =>
      problems.push({
        file,
        line,
        field: "(row)",
        expected: "one JSON object a line",
        found,
        advice: "Write each item on a line of its own, e.g. with JSON.stringify.",
      });
    try {
      const value: unknown = JSON.parse(raw);
      if (typeof value === "object" && value !== null && !Array.isArray(value)) {
        rows.push({ line, fields: value as Record<string, unknown> });
      } else {
        wrong(Array.isArray(value) ? "an array" : value === null ? "null" : `a ${typeof value}`);
      }
    } catch (error) {
      wrong(`text that is no JSON (${(error as Error).message})`);
    }
  }
  return { rows, problems };
}

interface CsvRecord {
  record: string[];
  /** Line of the file on which the record ends. */
  lastLine: number;
}

// Required by path: TypeScript's older resolution, which notebooks use, finds no types for a package's subpath.
const { parse } = require("csv-parse/sync") as { parse(text: string, options: Options<string[]>): unknown };

/** All records with their positions; a broken quote ends the reading there and comes back as an error. */
function parseCsv(text: string): { records: CsvRecord[]; error?: CsvError } {
  const records: CsvRecord[] = [];
  const collect: Options<string[]>["on_record"] = (record, { lines }) => {
    records.push({ record, lastLine: lines });
    return null;
  };
  try {
    parse(text, { on_record: collect, relax_column_count: true, skip_empty_lines: true });
    return { records };
  } catch (error) {
    return { records, error: error as CsvError };
  }
}

function readCsv(file: string, text: string): Rows {
  const { records, error } = parseCsv(text);
  const problems: Problem[] = [];
  const header = records[0]?.record.map((name) => name.trim()) ?? [];
  const rows: Row[] = [];
  for (const { record, lastLine } of records.slice(1)) {
    const inside = record.join("").split("\n").length - 1;
    const line = lastLine - inside;
    if (record.length !== header.length) {
      problems.push({
        file,
        line,
        field: "(row)",
        expected: `${header.length} fields as in the header (${header.join(", ")})`,
        found: `${record.length}`,
        advice: "Put fields that hold commas, quotes or line breaks in double quotes.",
      });
      continue;
    }
    rows.push({ line, fields: Object.fromEntries(header.map((name, i) => [name, record[i]])) });
  }
  if (error !== undefined) {
    problems.push({
      file,
      line: typeof error.lines === "number" ? error.lines : (records[records.length - 1]?.lastLine ?? 0) + 1,
      field: "(row)",
      expected: "valid CSV",
      found: error.message,
      advice: 'Close every quoted field and write a quote inside it twice ("").',
    });
  }
  return { rows, problems };
}

/** Reads the rows of a .jsonl, .ndjson, .csv or .xlsx file; throws DataFileError when the file has another ending or cannot be opened. */
export function readRows(file: string): Rows {
  const kind = extname(file).toLowerCase();
  if (kind === ".xlsx") return readExcel(file, readBytes(file));
  if (![".jsonl", ".ndjson", ".csv"].includes(kind)) {
    throw unusable(file, "a .jsonl, .ndjson, .csv or .xlsx file", `"${kind}"`, "Convert or rename it.");
  }
  const text = decode(file);
  if (typeof text !== "string") return { rows: [], problems: [text] };
  return kind === ".csv" ? readCsv(file, text) : readJsonLines(file, text);
}
