// People's data files as rows of named fields with their line numbers: JSON, JSON Lines, CSV, TSV and Excel workbooks.
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { decodeText } from "./decode";
import { readDelimited } from "./delimited";
import { readExcel } from "./excel";
import type { Rows } from "./headings";
import { readJson } from "./json-rows";
import { describeNote, unusable } from "./problem";

/** Endings of tables, with the delimiter that they promise. */
const TABLES: Record<string, string> = { ".csv": ",", ".tsv": "\t" };
const JSONS = [".jsonl", ".ndjson", ".json"];

/** The endings that are read, for messages. */
export const ROW_ENDINGS = ".jsonl, .ndjson, .json, .csv, .tsv or .xlsx";

/** Whether a file's ending is one of them. */
export function readsRows(file: string): boolean {
  const ending = extname(file).toLowerCase();
  return ending === ".xlsx" || JSONS.includes(ending) || ending in TABLES;
}

/** A file's bytes; throws a DataFileError where it cannot be read. */
export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw unusable(file, "a file that can be read", code, "Check the path and the permissions.");
  }
}

function readByEnding(file: string, plain?: string): Rows {
  const ending = extname(file).toLowerCase();
  const bytes = readBytes(file);
  if (ending === ".xlsx") return readExcel(file, bytes);
  const { text, notes } = decodeText(file, bytes);
  if (!readsRows(file)) {
    const found = ending ? `"${ending}"` : "no ending";
    throw unusable(file, `a ${ROW_ENDINGS} file`, found, "Convert or rename it.");
  }
  const delimiter = TABLES[ending];
  const read = delimiter === undefined ? readJson(file, text, plain) : readDelimited(file, text, delimiter);
  return { ...read, notes: [...notes, ...read.notes] };
}

/**
 * Reads the rows of a file by its ending. `plain` names the field that a JSON array of plain texts fills. Throws a DataFileError for
 * another ending and for a file that is not what its ending says.
 */
export function readRows(file: string, plain?: string): Rows {
  const { notes, ...read } = readByEnding(file, plain);
  return { ...read, notes: notes.map((note) => describeNote(file, note)) };
}
