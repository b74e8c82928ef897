// The first visible sheet of an Excel workbook (.xlsx) as rows of texts, with the row's number in the sheet.
import { type Cell, cellText, type Formatter } from "./excel-cell";
import { checkWorkbook, WorkbookError } from "./excel-parts";
import { type Rows, rowsUnderHeadings, type TableRecord } from "./headings";
import { type Problem, UnreadCell, unusable } from "./problem";

interface Place {
  r: number;
  c: number;
}
interface Sheet {
  [place: string]: unknown;
  "!merges"?: { s: Place; e: Place }[];
  "!rows"?: ({ hidden?: boolean } | undefined)[];
  "!cols"?: ({ hidden?: boolean } | undefined)[];
  /** "chart" and the like; a sheet of cells has none. */
  "!type"?: string;
}
interface Book {
  SheetNames: string[];
  Sheets: Record<string, Sheet>;
  /** Hidden: 1, or 2 where only a macro can show the sheet. */
  Workbook?: { Sheets?: { Hidden?: number }[] };
}
// xlsx comes with danfojs-node, at the version that package.json pins for it; only what is used here is typed.
interface Xlsx {
  read(bytes: Uint8Array, options: object): Book;
  utils: { decode_cell(place: string): Place; encode_col(column: number): string };
  SSF: Formatter;
}

const PLACE = /^[A-Z]{1,3}[0-9]{1,7}$/;

/** Reads a workbook from its bytes. Throws a DataFileError where it cannot be read. */
export function readExcel(file: string, bytes: Buffer): Rows {
  // Every .xlsx is a ZIP file; the package would also take text, and guess what it is.
  if (bytes.subarray(0, 2).toString("latin1") !== "PK") {
    throw unusable(
      file,
      "an Excel workbook (.xlsx)",
      "another kind of file",
      "Save it from Excel as “Excel workbook (.xlsx)”, without a password; name a text table .csv.",
    );
  }
  try {
    return rowsOfBook(file, openBook(bytes));
  } catch (error) {
    const { expected, found } =
      error instanceof WorkbookError
        ? error
        : {
            expected: "an Excel workbook (.xlsx)",
            found: `a file that cannot be read (${(error as Error).message})`,
          };
    throw unusable(
      file,
      expected,
      found,
      "Open it in Excel and save it again, or save it as “CSV UTF-8”; take no workbooks from people you do not trust.",
    );
  }
}

// Loaded where it is needed: it takes a quarter of a second.
const xlsx = (): Xlsx => require("xlsx") as Xlsx;

/** The workbook. Throws where the package fails or a part of the file means harm. */
function openBook(bytes: Buffer): Book {
  checkWorkbook(bytes);
  const { read } = xlsx();
  const before = new Set(Object.getOwnPropertyNames(Object.prototype));
  const planted = () => Object.getOwnPropertyNames(Object.prototype).filter((name) => !before.has(name));
  try {
    // Stubs: a formula that was never computed is a cell without a value. Styles: which rows and columns are hidden.
    const book = read(bytes, {
      ...{ type: "buffer", cellHTML: false, bookVBA: false },
      ...{ sheetStubs: true, cellNF: true, cellStyles: true },
    });
    if (planted().length > 0)
      throw new WorkbookError("comments at cells", "a comment that changes the program");
    return book;
  } finally {
    // A comment at “__proto__” writes into what every object inherits (CVE-2023-30533; the last xlsx on the registry has it).
    for (const name of planted()) delete (Object.prototype as unknown as Record<string, unknown>)[name];
  }
}

function rowsOfBook(file: string, { SheetNames, Sheets, Workbook }: Book): Rows {
  const tables = SheetNames.filter((name) => Sheets[name] && !Sheets[name]!["!type"]);
  const visible = tables.filter((name) => !Workbook?.Sheets?.[SheetNames.indexOf(name)]?.Hidden);
  const [name = tables[0]] = visible;
  if (name === undefined) throw new WorkbookError("a sheet", "none");
  const others = tables.filter(
    (other) => other !== name && Object.keys(Sheets[other]!).some((key) => PLACE.test(key)),
  );
  const read = rowsOfSheet(file, Sheets[name]!);
  const notes = others.length === 0 ? [] : [`only the sheet “${name}” was read, not ${quotedList(others)}.`];
  return { ...read, notes: [...notes, ...read.notes] };
}

const quotedList = (names: readonly string[]): string => names.map((name) => `“${name}”`).join(", ");

/** Rows by the cells that are there: a sheet may say that it goes on to row 1,048,576. */
function rowsOfSheet(file: string, sheet: Sheet): Rows {
  const { utils, SSF } = xlsx();
  const lines = new Map<number, (string | UnreadCell | undefined)[]>();
  for (const [place, cell] of Object.entries(sheet)) {
    if (!PLACE.test(place)) continue;
    const { r, c } = utils.decode_cell(place);
    const text = cellText(cell as Cell, SSF);
    if (text === undefined || (typeof text === "string" && text.trim() === "")) continue;
    const line = lines.get(r) ?? [];
    line[c] = text;
    lines.set(r, line);
  }
  const inOrder = [...lines].sort(([a], [b]) => a - b);
  const headRow = inOrder[0]?.[0];
  const problems: Problem[] = [];
  for (const { s, e } of sheet["!merges"] ?? []) {
    const cells = lines.get(s.r);
    if (cells?.[s.c] === undefined) continue;
    const merged = new UnreadCell(
      "a cell for each row and column",
      `cells merged over ${e.r - s.r + 1} × ${e.c - s.c + 1} places`,
      "Unmerge them and fill each cell.",
    );
    if (s.r === headRow) problems.push({ file, line: s.r + 1, field: String(cells[s.c]), ...merged });
    else cells[s.c] = merged;
  }
  const records = inOrder.map(([r, cells]): TableRecord => ({ line: r + 1, cells }));
  const read = rowsUnderHeadings(file, records);
  return { ...read, problems: [...problems, ...read.problems], notes: hiddenNotes(sheet, inOrder, utils) };
}

/** Hidden rows and columns are data all the same, as a filter hides rows for a while; but they are said. */
function hiddenNotes(
  sheet: Sheet,
  rows: readonly [number, readonly (string | UnreadCell | undefined)[]][],
  { encode_col }: Xlsx["utils"],
): string[] {
  const hiddenRows = rows.filter(([r]) => sheet["!rows"]?.[r]?.hidden).map(([r]) => r + 1);
  const hiddenColumns = (rows[0]?.[1] ?? []).flatMap((name, c) =>
    sheet["!cols"]?.[c]?.hidden ? [`${encode_col(c)} (${name})`] : [],
  );
  return [
    ...(hiddenRows.length > 0
      ? [`${hiddenRows.length} rows that Excel hides were read too: ${shortList(hiddenRows)}.`]
      : []),
    ...(hiddenColumns.length > 0
      ? [`columns that Excel hides were read too: ${shortList(hiddenColumns)}.`]
      : []),
  ];
}

const shortList = (names: readonly (string | number)[]): string =>
  `${names.slice(0, 8).join(", ")}${names.length > 8 ? ` and ${names.length - 8} more` : ""}`;
