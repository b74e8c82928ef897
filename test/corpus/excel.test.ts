// Excel workbooks, written part by part as ECMA-376 has them (no library), read as items with their row numbers.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { inspectItems, readItems } from "../../src/corpus/read";
import { zip } from "../../src/report/stable-zip";

const folder = mkdtempSync(join(tmpdir(), "excel-"));
const xml = (text: string) => Buffer.from(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${text}`);
const escaped = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

/** A workbook of one sheet; a number or a formula's value as it stands, all else as inline text. */
function workbook(
  name: string,
  rows: (string | number | { formula: string; value: string } | null)[][],
): string {
  const cells = rows.map((row, r) => {
    const inside = row.map((cell, c) => {
      const place = `${String.fromCharCode(65 + c)}${r + 1}`;
      if (cell === null) return "";
      if (typeof cell === "number") return `<c r="${place}"><v>${cell}</v></c>`;
      if (typeof cell === "object")
        return `<c r="${place}" t="str"><f>${escaped(cell.formula)}</f><v>${escaped(cell.value)}</v></c>`;
      return `<c r="${place}" t="inlineStr"><is><t xml:space="preserve">${escaped(cell)}</t></is></c>`;
    });
    return `<row r="${r + 1}">${inside.join("")}</row>`;
  });
  const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const packages = "http://schemas.openxmlformats.org/package/2006";
  const kind = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  const bytes = zip(
    new Map([
      [
        "[Content_Types].xml",
        xml(
          `<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${kind}.worksheet+xml"/></Types>`,
        ),
      ],
      [
        "_rels/.rels",
        xml(
          `<Relationships xmlns="${packages}/relationships"><Relationship Id="r1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
        ),
      ],
      [
        "xl/workbook.xml",
        xml(
          `<workbook xmlns="${main}" xmlns:r="${relations}"><sheets><sheet name="자료" sheetId="1" r:id="r1"/></sheets></workbook>`,
        ),
      ],
      [
        "xl/_rels/workbook.xml.rels",
        xml(
          `<Relationships xmlns="${packages}/relationships"><Relationship Id="r1" Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
        ),
      ],
      [
        "xl/worksheets/sheet1.xml",
        xml(`<worksheet xmlns="${main}"><sheetData>${cells.join("")}</sheetData></worksheet>`),
      ],
    ]),
  );
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

const HEAD = ["id", "document", "summary", "topic", "split"];
const DOCUMENT = "가솔읍 보건소가 어업인의 교통비를\n지원한다고 <5월 3일> 밝혔다.";

it("reads texts, line breaks, numbers as shown and formulas by their value", () => {
  const file = workbook("good.xlsx", [
    HEAD,
    [1, DOCUMENT, "보건소가 교통비를 지원한다.", "알림", "train"],
    [null, null, null, null, null],
    ["b", { formula: 'A1&"x"', value: "다른 글이 여기 있다." }, "다른 글.", "알림", "test-other"],
  ]);
  const { items, lines } = readItems(file);
  expect(items).toEqual([
    { id: "1", document: DOCUMENT, summary: "보건소가 교통비를 지원한다.", topic: "알림", split: "train" },
    { id: "b", document: "다른 글이 여기 있다.", summary: "다른 글.", topic: "알림", split: "test-other" },
  ]);
  expect(lines).toEqual([2, 4]);
});

it("lists problems with the sheet's row and column", () => {
  const file = workbook("bad.xlsx", [
    HEAD,
    ["a", DOCUMENT, "", "알림", "train"],
    ["b", "글이 여기 있다.", "글.", "알림", "dev", "남는 글"],
    ["c", "글이 또 있다.", "글.", "알림", "dev"],
  ]);
  const { problems } = inspectItems(file);
  expect(problems.map(({ line, field }) => [line, field])).toEqual([
    [2, "summary"],
    [3, "(column 6)"],
    [4, "split"],
  ]);
});

it("says so when the file is no workbook, or a broken one", () => {
  const text = join(folder, "text.xlsx");
  writeFileSync(text, "id,document");
  expect(inspectItems(text).problems[0]).toMatchObject({ found: "another kind of file" });
  const broken = join(folder, "broken.xlsx");
  writeFileSync(broken, Buffer.concat([Buffer.from("PK"), Buffer.alloc(200)]));
  expect(inspectItems(broken).problems[0]?.field).toBe("(file)");
});
