// The first sheet of an Excel workbook (.xlsx) as rows of texts: what a cell shows, with the row's number in the sheet.
import { checkWorkbook, WorkbookError } from "./excel-parts";
import type { Problem } from "./problem";
import type { Row, Rows } from "./rows";

/** A cell: its type ("e" an error, "z" nothing), value, shown text and formula. */
interface Cell {
  t: string;
  v?: unknown;
  w?: string;
  f?: string;
}
interface Place {
  r: number;
  c: number;
}
interface Sheet {
  [place: string]: unknown;
  "!merges"?: { s: Place; e: Place }[];
}
// xlsx comes with danfojs-node, at the version that package.json pins for it; only what is used here is typed.
interface Xlsx {
  read(bytes: Uint8Array, options: object): { SheetNames: string[]; Sheets: Record<string, Sheet> };
  utils: { decode_cell(place: string): Place };
}

const PLACE = /^[A-Z]{1,3}[0-9]{1,7}$/;

/** Reads a workbook from its bytes; a formula counts by its last computed value, a number or date by the text that Excel shows. */
export function readExcel(file: string, bytes: Buffer): Rows {
  const unusable = (expected: string, found: string, advice: string): Rows => ({
    rows: [],
    problems: [{ file, line: 1, field: "(file)", expected, found, advice }],
  });
  // Every .xlsx is a ZIP file; the package would also take text, and guess what it is.
  if (bytes.subarray(0, 2).toString("latin1") !== "PK") {
    return unusable(
      "an Excel workbook (.xlsx)",
      "another kind of file",
      "Save it from Excel as “Excel workbook (.xlsx)”, without a password.",
    );
  }
  try {
    const sheet = firstSheet(bytes);
    if (!sheet) return unusable("a sheet", "none", "Put the items into the first sheet.");
    return rowsOf(file, sheet);
  } catch (error) {
    const { expected, found } =
      error instanceof WorkbookError
        ? error
        : {
            expected: "an Excel workbook (.xlsx)",
            found: `a file that cannot be read (${(error as Error).message})`,
          };
    return unusable(
      expected,
      found,
      "Open it in Excel and save it again, or save it as “CSV UTF-8”; take no workbooks from people you do not trust.",
    );
  }
}

/** The first sheet's cells by their places. Throws where the package fails or a part of the file means harm. */
function firstSheet(bytes: Buffer): Sheet | undefined {
  checkWorkbook(bytes);
  // Loaded where it is needed: it takes a quarter of a second.
  const xlsx = require("xlsx") as Xlsx;
  const before = new Set(Object.getOwnPropertyNames(Object.prototype));
  const planted = () => Object.getOwnPropertyNames(Object.prototype).filter((name) => !before.has(name));
  try {
    // Stubs: a formula that was never computed is a cell without a value.
    const options = { type: "buffer", cellHTML: false, bookVBA: false, sheetStubs: true };
    const book = xlsx.read(bytes, options);
    if (planted().length > 0)
      throw new WorkbookError("comments at cells", "a comment that changes the program");
    return book.Sheets[book.SheetNames[0] ?? ""];
  } finally {
    // A comment at “__proto__” writes into what every object inherits (CVE-2023-30533; the last xlsx on the registry has it).
    for (const name of planted()) delete (Object.prototype as unknown as Record<string, unknown>)[name];
  }
}

/** Rows by the cells that are there: a sheet may say that it goes on to row 1,048,576. */
function rowsOf(file: string, sheet: Sheet): Rows {
  const { decode_cell } = (require("xlsx") as Xlsx).utils;
  const lines = new Map<number, Map<number, Cell>>();
  for (const [place, cell] of Object.entries(sheet)) {
    if (!PLACE.test(place)) continue;
    const { r, c } = decode_cell(place);
    const line = lines.get(r) ?? new Map<number, Cell>();
    lines.set(r, line.set(c, cell as Cell));
  }
  // A stub has a value where its formula was never computed: 0, which Excel would not show.
  const textOf = (cell: Cell | undefined) => (cell?.t === "z" ? "" : String(cell?.w ?? cell?.v ?? ""));
  const header = new Map(
    [...(lines.get(0) ?? [])]
      .map(([c, cell]): [number, string] => [c, textOf(cell).trim()])
      .filter(([, name]) => name),
  );
  lines.delete(0);
  const problems: Problem[] = [];
  const wrong = (row: number, column: number, expected: string, found: string, advice: string) =>
    problems.push({
      file,
      line: row + 1,
      field: header.get(column) ?? `(column ${column + 1})`,
      ...{ expected, found, advice },
    });
  for (const { s, e } of sheet["!merges"] ?? []) {
    const cell = s.r === 0 ? { v: header.get(s.c) } : lines.get(s.r)?.get(s.c);
    if (textOf(cell as Cell) === "") continue;
    wrong(
      s.r,
      s.c,
      "a cell for each row and column",
      `cells merged over ${e.r - s.r + 1} × ${e.c - s.c + 1} places`,
      "Unmerge them and fill each cell.",
    );
  }
  const rows: Row[] = [];
  for (const [r, cells] of [...lines].sort(([a], [b]) => a - b)) {
    const count = problems.length;
    for (const [c, cell] of cells) {
      const text = textOf(cell);
      if (cell.t === "e")
        wrong(r, c, "a text", `Excel's error ${text}`, "Mend the formula or write the text itself.");
      else if (cell.f !== undefined && text === "")
        wrong(
          r,
          c,
          "a text",
          `the formula =${cell.f.slice(0, 30)} without its value`,
          "Open the file in Excel and save it, or write the text itself.",
        );
      else if (text.trim() !== "" && !header.has(c))
        wrong(
          r,
          c,
          `texts under the headings of row 1 (${[...header.values()].join(", ")})`,
          `“${text.slice(0, 30)}” under no heading`,
          "Name the column in row 1 or clear the cell.",
        );
    }
    if (problems.length > count || [...cells.values()].every((cell) => textOf(cell).trim() === "")) continue;
    const named = [...header].map(([c, name]): [string, string] => [name, textOf(cells.get(c))]);
    rows.push({ line: r + 1, fields: Object.fromEntries(named) });
  }
  return { rows, problems };
}
