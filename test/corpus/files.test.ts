// The same rows in every form that people's files have, as pandas and openpyxl wrote them (test/fixtures/files/make.py).
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UnreadCell } from "../../src/corpus/files/problem";
import { readRows } from "../../src/corpus/files/rows";
import { inspectItems, readItems } from "../../src/corpus/read";

const folder = mkdtempSync(join(tmpdir(), "files-"));
function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const { rows, tables, cells } = JSON.parse(
  readFileSync(join(__dirname, "../fixtures/files/files.json"), "utf8"),
) as {
  rows: Record<string, string>[];
  tables: Record<string, string>;
  cells: { book: string; shown: Record<string, string | null> };
};

/** What is said besides about the files in an unexpected form. */
const NOTES: Record<string, RegExp> = {
  "cp949.csv": /CP949/,
  "cp949.jsonl": /CP949/,
  "utf16.csv": /UTF-16/,
  "utf16.jsonl": /UTF-16/,
  "utf16-be-mark.csv": /UTF-16/,
  "utf16-le.csv": /UTF-16.*utf-16le, without a mark/,
  "utf16-be.csv": /UTF-16.*utf-16be, without a mark/,
  "tabs.csv": /tabs between/,
  "commas.tsv": /commas between/,
  "semicolons.csv": /semicolons between/,
  "bars.csv": /bars between/,
};

describe("the same items in every form", () => {
  it.each(Object.keys(tables))("%s", (name) => {
    const path = file(name, Buffer.from(tables[name]!, "base64"));
    const { items, notes } = readItems(path);
    expect(items).toEqual(rows);
    const said = notes.join("\n");
    if (name === "hidden.xlsx") return;
    if (NOTES[name]) expect(said).toMatch(NOTES[name]);
    else expect(said).toBe("");
  });

  it("hidden sheets are not read; hidden rows and columns are, and said; other sheets are named", () => {
    const path = file("hidden.xlsx", Buffer.from(tables["hidden.xlsx"]!, "base64"));
    const { lines, notes } = readItems(path);
    expect(lines).toEqual([2, 3, 4, 5]);
    expect(notes).toEqual([
      `${path}: only the sheet “자료” was read, not “옛 자료”, “메모”.`,
      `${path}: 1 rows that Excel hides were read too: 3.`,
      `${path}: columns that Excel hides were read too: B (document).`,
    ]);
  });
});

describe("cells of Excel", () => {
  const read = readRows(file("cells.xlsx", Buffer.from(cells.book, "base64"))).rows;

  it.each(Object.entries(cells.shown))("%s: what everyone's Excel shows, or no text", (name, shown) => {
    const { value } = read.find(({ fields }) => fields.name === name)!.fields;
    if (shown === null) expect(value).toBeInstanceOf(UnreadCell);
    else expect(value).toBe(shown);
  });

  it("says what is in doubt of a cell without such a text", () => {
    const found = (name: string) => {
      const { value } = read.find(({ fields }) => fields.name === name)!.fields;
      return (value as UnreadCell).found;
    };
    expect(found("date")).toBe("a date or time, which Excel stores as 45000 (2023-03-15 00:00)");
    expect(found("more than 15 digits")).toContain("keeps 15 digits");
    expect(found("format that adds to a text")).toBe("“김”, which Excel shows as “김님”");
    expect(found("format that shows nothing")).toBe("“5”, which Excel shows as “”");
    expect(found("error")).toBe("Excel's error #N/A");
    expect(found("formula never computed")).toContain("=1+1 without its value");
  });
});

describe("line ends and lines", () => {
  const HEAD = "id,document,summary,topic,split";
  const at = (path: string) => inspectItems(path).problems.map(({ line, field }) => [line, field]);
  // Lines as an editor counts them: a CR, a CRLF and an LF end one each.
  const good = (id: string) => `${id},"첫 줄\r\n둘째 줄",글 ${id},주제,train`;

  it.each([
    ["LF after a CRLF heading", `${HEAD}\r\n${good("a")}\n${good("b")}\nc,글,글,주제,dev\n`],
    ["CRLF after an LF heading", `${HEAD}\n${good("a")}\r\n${good("b")}\r\nc,글,글,주제,dev\r\n`],
    ["CR alone", `${HEAD}\r${good("a")}\r${good("b")}\rc,글,글,주제,dev\r`],
    ["all three", `${HEAD}\r${good("a")}\n${good("b")}\r\nc,글,글,주제,dev`],
  ])("%s: right lines, no CR in a text", (name, text) => {
    const path = file(`${name}.csv`, text);
    expect(at(path)).toEqual([[6, "split"]]);
    const { items } = inspectItems(path);
    expect(items.map(({ id, document, topic }) => [id, document, topic])).toEqual([
      ["a", "첫 줄\n둘째 줄", "주제"],
      ["b", "첫 줄\n둘째 줄", "주제"],
    ]);
  });

  it("counts Excel's sep= line, and takes its delimiter whatever it is", () => {
    const text = `"sep=^"\n${HEAD}\na,긴 글이다,글,주제,dev\n`.replaceAll(",", "^");
    expect(at(file("caret.csv", text))).toEqual([[3, "split"]]);
  });

  it("gives the line of each element of a JSON array", () => {
    const items = rows.map((row, i) => (i === 2 ? { ...row, split: "dev" } : row));
    // JSON.stringify with one space: an element of five fields takes seven lines, the bracket one.
    expect(at(file("array.json", JSON.stringify(items, null, 1)))).toEqual([[16, "split"]]);
  });
});

describe("tables between tabs", () => {
  const HEAD = "id\tdocument\tsummary\tsplit\n";

  it("takes quotes as they are where every line is a row, though a quote opens in one and closes in another", () => {
    const text = `${HEAD}a\t"안녕" 하고 말했다\t"글\ttrain\nb\t긴 글이다\t글"\ttrain\n`;
    const { items, notes } = readItems(file("as-they-are.tsv", text));
    expect(items.map(({ document, summary }) => [document, summary])).toEqual([
      ['"안녕" 하고 말했다', '"글'],
      ["긴 글이다", '글"'],
    ]);
    expect(notes.join()).toContain("quotes were read as they are");
    const swallowed = `${HEAD}a\t긴 글이다\t"글\ttrain\nb\t긴 글이다\t글\ttrain\nc\t긴 글이다\t글"\ttrain\n`;
    expect(readItems(file("swallowed.tsv", swallowed)).items.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });

  it("reads quoted fields with line breaks and doubled quotes as one", () => {
    const { items } = readItems(file("quoted.tsv", `${HEAD}a\t"첫 줄\n""둘째"" 줄"\t글\ttrain\n`));
    expect(items[0]!.document).toBe('첫 줄\n"둘째" 줄');
  });
});

it("says once what fits no row: an empty line where a table has one column", () => {
  const { problems } = readRows(file("one.csv", 'summary\n가\n\n""\n나\n\n'));
  expect(problems.map(({ line, found }) => [line, found])).toEqual([[3, "an empty line"]]);
});

it.each([
  ["Japanese in EUC-JP", "c6fccbdcb8eca4cea5c6a5ada5b9a5c8"],
  ["Japanese in Shift JIS", "93fa967b8cea82cc8365834c8358836782c582b78142"],
  [
    "Chinese in GB 2312",
    "d6d0b9fac8cbc3f1d2f8d0d0bdf1ccecd0fbb2bcd0c2b5c4bbf5b1d2d5feb2dfa1a3ced2c3c7bdabbbe1bfb4b5bdbeadbcc3d4f6b3a4a1a3",
  ],
  ["German in Windows-1252", "c47066656c2c20c472676572"],
])("does not take %s for Korean", (_, hex) => {
  // As Python's codecs write them.
  const bytes = Buffer.concat([Buffer.from("id,document\n"), Buffer.from(hex, "hex")]);
  expect(inspectItems(file("other.csv", bytes)).problems).toMatchObject([
    { line: 2, field: "(encoding)", found: "bytes that are neither UTF-8 nor Korean in CP949" },
  ]);
});
