// The first sheet of an Excel workbook (.xlsx) as rows of texts: what a cell shows, with the row's number in the sheet.
import type { Problem } from "./problem";
import type { Row, Rows } from "./rows";

// xlsx comes with danfojs-node, at the version that package.json pins for it; only what is used here is typed.
interface Xlsx {
  read(bytes: Uint8Array, options: object): { SheetNames: string[]; Sheets: Record<string, object> };
  utils: { sheet_to_json(sheet: object, options: object): unknown[][] };
}

/** Reads a workbook from its bytes; a formula counts by its last computed value, a number or date by the text that Excel shows. */
export function readExcel(file: string, bytes: Buffer): Rows {
  const problem = (expected: string, found: string, advice: string): Rows => ({
    rows: [],
    problems: [{ file, line: 1, field: "(file)", expected, found, advice }],
  });
  // Every .xlsx is a ZIP file; the package would also take text, and guess what it is.
  if (bytes.subarray(0, 2).toString("latin1") !== "PK") {
    return problem(
      "an Excel workbook (.xlsx)",
      "another kind of file",
      "Save it from Excel as “Excel workbook (.xlsx)”.",
    );
  }
  // Loaded where it is needed: it takes a quarter of a second.
  const xlsx = require("xlsx") as Xlsx;
  let sheets: unknown[][];
  try {
    const book = xlsx.read(bytes, { type: "buffer", cellHTML: false, cellFormula: false, bookVBA: false });
    const first = book.SheetNames[0];
    if (first === undefined) return problem("a sheet", "none", "Put the items into the first sheet.");
    sheets = xlsx.utils.sheet_to_json(book.Sheets[first]!, {
      header: 1,
      raw: false,
      defval: "",
      blankrows: true,
      range: 0,
    });
  } catch (error) {
    return problem(
      "an Excel workbook (.xlsx)",
      `a file that cannot be read (${(error as Error).message})`,
      "Open it in Excel and save it again, or save it as “CSV UTF-8”.",
    );
  }
  const [head, ...body] = sheets;
  const header = (head ?? []).map((name) => String(name).trim());
  const rows: Row[] = [];
  const problems: Problem[] = [];
  for (const [index, cells] of body.entries()) {
    const texts = cells.map((cell) => String(cell ?? ""));
    if (texts.every((text) => text.trim() === "")) continue;
    const line = index + 2;
    const stray = texts.findIndex((text, i) => text.trim() !== "" && !header[i]);
    if (stray >= 0) {
      problems.push({
        file,
        line,
        field: `(column ${stray + 1})`,
        expected: `texts under the headings of row 1 (${header.filter(Boolean).join(", ")})`,
        found: `“${texts[stray]!.slice(0, 30)}” under no heading`,
        advice: "Name the column in row 1 or clear the cell.",
      });
      continue;
    }
    const named = header.flatMap((name, i): [string, string][] => (name ? [[name, texts[i] ?? ""]] : []));
    rows.push({ line, fields: Object.fromEntries(named) });
  }
  return { rows, problems };
}
