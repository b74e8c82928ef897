// Rows of any file that holds items: what `readRows` reads, and Parquet, which only reads without blocking.
import { extname } from "node:path";
import { type Columns, renamed } from "./columns";
import type { Rows } from "./headings";
import { readParquet } from "./parquet";
import { ROW_ENDINGS, readRows } from "./rows";

export const ANY_ENDINGS = ROW_ENDINGS.replace(" or", ", .parquet or");

/** Reads a file's rows, with its columns under the fields that `columns` names. Throws a DataFileError as `readRows` does. */
export async function readAnyRows(file: string, columns: Columns = {}): Promise<Rows> {
  const read = extname(file).toLowerCase() === ".parquet" ? await readParquet(file) : readRows(file);
  return renamed(file, read, columns);
}
