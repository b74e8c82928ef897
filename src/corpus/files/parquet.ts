// Parquet files, as the Hugging Face hub keeps its datasets, as rows: strings, lists of strings, numbers.
import * as zlib from "node:zlib";
import type { Rows } from "./headings";
import { describeNote, unusable } from "./problem";
import { readBytes } from "./rows";

type Unpack = (packed: Uint8Array) => Uint8Array;
/** In Node from 22.15 on. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: Unpack };

/** What the package does not unpack itself. */
const COMPRESSORS: Record<string, Unpack> = {
  GZIP: (packed) => zlib.gunzipSync(packed),
  BROTLI: (packed) => zlib.brotliDecompressSync(packed),
  ...(zstdDecompressSync && { ZSTD: zstdDecompressSync }),
};

/** 64-bit numbers, which JSON and tables have as digits. */
const plain = (value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);

/** Reads all columns; a row's line is its number, counted from 1. Throws a DataFileError for a file that is none. */
export async function readParquet(file: string): Promise<Rows> {
  const bytes = readBytes(file);
  const { parquetReadObjects } = await import("hyparquet");
  const read = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  let objects: Record<string, unknown>[];
  try {
    objects = await parquetReadObjects({ file: read, compressors: COMPRESSORS });
  } catch (error) {
    throw unusable(
      file,
      "a Parquet file",
      `what cannot be read as one (${(error as Error).message})`,
      "Check that the right file was given and that it is whole; or write it as JSONL, e.g. with pandas.",
    );
  }
  const rows = objects.map((object, i) => ({
    line: i + 1,
    fields: Object.fromEntries(Object.entries(object).map(([name, value]) => [name, plain(value)])),
  }));
  const names = Object.keys(objects[0] ?? {});
  const notes = [describeNote(file, `${rows.length} rows read as Parquet (${names.join(", ")}).`)];
  return { rows, names, line: 1, problems: [], notes };
}
