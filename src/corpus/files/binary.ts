// Files that are no text, told by their first bytes.

export interface BinaryKind {
  what: string;
  advice: string;
}

const AS_TABLE = "Save it as “CSV UTF-8” or as an Excel workbook (.xlsx).";
const UNPACK = "Unpack it.";

/** First bytes in Latin-1 -> what they begin. */
const KINDS: [start: string, what: string, advice: string][] = [
  [
    "PK\u0003\u0004",
    "a ZIP file, as Excel, Word and Hangul (.hwpx) write",
    "Name an Excel workbook .xlsx; from Word or Hangul save a table as CSV.",
  ],
  [
    "\u00d0\u00cf\u0011\u00e0",
    "an old Excel, Word or Hangul (.hwp) document, or one with a password",
    AS_TABLE,
  ],
  ["\u00ff\u00fe\u0000\u0000", "UTF-32 text", "Convert it: iconv -f UTF-32 -t UTF-8."],
  ["\u0000\u0000\u00fe\u00ff", "UTF-32 text", "Convert it: iconv -f UTF-32 -t UTF-8."],
  ["%PDF", "a PDF document", AS_TABLE],
  [
    "PAR1",
    "a Parquet file",
    "`npm run data:make` turns it into items; or write it as JSONL, e.g. with pandas.",
  ],
  ["ARROW1", "an Arrow file", "Write it as JSONL or CSV, e.g. with pandas."],
  ["SQLite format 3", "an SQLite database", "Export the table as CSV."],
  ["\u001f\u008b", "a gzip file", UNPACK],
  ["BZh", "a bzip2 file", UNPACK],
  ["(\u00b5/\u00fd", "a zstd file", UNPACK],
  ["\u00fd7zXZ", "an xz file", UNPACK],
  ["7z\u00bc\u00af", "a 7z file", UNPACK],
  ["Rar!", "a RAR file", UNPACK],
];

/** What a file of these bytes is where it is a known kind that is no text. */
export function binaryKind(bytes: Buffer): BinaryKind | undefined {
  const start = bytes.toString("latin1", 0, 16);
  const kind = KINDS.find(([first]) => start.startsWith(first));
  return kind && { what: kind[1], advice: kind[2] };
}
