// Bad and hostile Excel workbooks, written part by part as ECMA-376 has them: refused with file, row and expectation.
import * as path from "node:path";
import { constants, deflateRawSync } from "node:zlib";
import { afterEach, expect } from "vitest";
import { readItems } from "../../src/corpus/read";
import { zip } from "../../src/report/stable-zip";
import { file, type Refusal, refuses } from "./refusal";

const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGES = "http://schemas.openxmlformats.org/package/2006";
const KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml";
const HEAD = ["id", "document", "summary", "topic", "split"];
const ROW = ["a", "긴 글이 여기 있다.", "짧은 글.", "알림", "train"];

const text = (place: string, value: string) => `<c r="${place}" t="inlineStr"><is><t>${value}</t></is></c>`;
const row = (number: number, cells: readonly string[]) =>
  `<row r="${number}">${cells.map((value, i) => (value.startsWith("<") ? value : text("ABCDEFG"[i]! + number, value))).join("")}</row>`;

interface Parts {
  /** What stands between <worksheet> and </worksheet>. */
  sheet?: string;
  /** Parts besides or in place of the usual ones; an empty text leaves one out. */
  others?: Record<string, string>;
}

/** The parts of a workbook with one sheet. */
function parts({ sheet = "", others = {} }: Parts): Map<string, Buffer> {
  const all: Record<string, string> = {
    "[Content_Types].xml": `<Types xmlns="${PACKAGES}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${KIND}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${KIND}.worksheet+xml"/><Override PartName="/xl/comments1.xml" ContentType="${KIND}.comments+xml"/><Override PartName="/xl/styles.xml" ContentType="${KIND}.styles+xml"/></Types>`,
    "_rels/.rels": `<Relationships xmlns="${PACKAGES}/relationships"><Relationship Id="r1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets><sheet name="자료" sheetId="1" r:id="r1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships xmlns="${PACKAGES}/relationships"><Relationship Id="r1" Type="${RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`,
    // Format 14 is a date, as m/d/yy.
    "xl/styles.xml": `<styleSheet xmlns="${MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
    "xl/worksheets/sheet1.xml": `<worksheet xmlns="${MAIN}" xmlns:r="${RELATIONS}">${sheet}</worksheet>`,
    ...others,
  };
  const xml = (part: string) =>
    part.startsWith("<?") ? part : `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${part}`;
  const kept = Object.entries(all).filter(([, part]) => part !== "");
  return new Map(kept.map(([name, part]) => [name, Buffer.from(xml(part))]));
}
const sheetOf = (...rows: string[]) => `<sheetData>${rows.join("")}</sheetData>`;
const workbook = (options: Parts) => zip(parts(options));
const good = workbook({ sheet: sheetOf(row(1, HEAD), row(2, ROW)) });

const excel = (name: string, content: Uint8Array | Parts, says: Refusal["says"]): Refusal => ({
  name,
  prepare: (folder) => file("data.xlsx", content instanceof Uint8Array ? content : workbook(content))(folder),
  act: (folder) => readItems(path.join(folder, "data.xlsx")),
  error: "DataFileError",
  says: ["$/data.xlsx", ...says],
});
const rows = (name: string, cells: string[], says: Refusal["says"], after = "") =>
  excel(name, { sheet: sheetOf(row(1, HEAD), ...cells) + after }, says);
const changed = (at: number, value: string) =>
  row(
    2,
    ROW.map((cell, i) => (i === at ? value : cell)),
  );

/** A ZIP file of parts that are packed already, with the size that their headers claim; parts of equal bytes share them. */
function container(entries: readonly { name: string; packed: Buffer; size: number }[]): Buffer {
  const bodies: Buffer[] = [];
  const places = new Map<Buffer, number>();
  let length = 0;
  const directory = entries.map(({ name, packed, size }) => {
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(size, 18);
    shared.writeUInt16LE(Buffer.byteLength(name), 22);
    if (!places.has(packed)) {
      places.set(packed, length);
      const body = Buffer.concat([
        Buffer.from("PK\u0003\u0004", "latin1"),
        shared,
        Buffer.from(name),
        packed,
      ]);
      bodies.push(body);
      length += body.length;
    }
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(places.get(packed)!, 10);
    return Buffer.concat([
      Buffer.from("PK\u0001\u0002\u0014\u0000", "latin1"),
      shared,
      tail,
      Buffer.from(name),
    ]);
  });
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", 0, "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(length, 16);
  return Buffer.concat([...bodies, central, end]);
}

/** So many MiB of zeros, packed, without ever holding them. */
const zeros = (mebibytes: number) => {
  const block = deflateRawSync(Buffer.alloc(2 ** 20), { finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([...Array<Buffer>(mebibytes).fill(block), deflateRawSync(Buffer.alloc(0))]);
};

/** A workbook with a part of 600 MiB of zeros whose headers claim another size. */
const bomb = (size: number) =>
  container([
    ...[...parts({ sheet: sheetOf(row(1, HEAD), row(2, ROW)) })].map(([name, part]) => ({
      ...{ name, packed: deflateRawSync(part), size: part.length },
    })),
    { name: "xl/media/a.bin", packed: zeros(600), size },
  ]);

/** 600 parts that share one packed MiB. */
const shared = () => {
  const packed = zeros(1);
  return container(
    Array.from({ length: 600 }, (_, i) => ({ name: `xl/media/${i}.bin`, packed, size: 2 ** 20 })),
  );
};

const WORKBOOK = /:1 \(file\): expected an Excel workbook/;
refuses("Excel", [
  excel("an empty file", Buffer.alloc(0), [WORKBOOK, "another kind of file"]),
  excel("CSV under the name of a workbook", Buffer.from(HEAD.join(",")), [WORKBOOK, "another kind of file"]),
  excel("a workbook with a password (OLE)", Buffer.from("d0cf11e0a1b11ae1", "hex"), [
    WORKBOOK,
    "without a password",
  ]),
  ...[4, 30, 200, good.length >> 1, good.length - 10].map((length) =>
    excel(
      `cut off after ${length < 300 ? length : "some"} bytes (${Math.round((100 * length) / good.length)} %)`,
      good.subarray(0, length),
      [WORKBOOK, "cut off"],
    ),
  ),
  excel("a byte of the sheet changed", flipped(good, "xl/worksheets/sheet1.xml"), [
    WORKBOOK,
    "xl/worksheets/sheet1.xml is cut off or broken",
  ]),
  excel("another ZIP file", zip(new Map([["a.txt", Buffer.from("a")]])), [
    WORKBOOK,
    "without xl/workbook.xml",
  ]),
  excel(
    "no sheet",
    { others: { "xl/workbook.xml": `<workbook xmlns="${MAIN}"><sheets></sheets></workbook>` } },
    [":1 (file)"],
  ),
  excel("a sheet whose part is missing", { others: { "xl/worksheets/sheet1.xml": "" } }, [":1 (file)"]),
  excel("an empty sheet", { sheet: sheetOf() }, [":1 (file)", "at least one item"]),
  excel("headings only", { sheet: sheetOf(row(1, HEAD)) }, [":1 (file)", "at least one item"]),
  ...[0, 1, 2, 4].map((at) =>
    excel(
      `no column ${HEAD[at]}`,
      {
        sheet: sheetOf(
          row(
            1,
            HEAD.map((name, i) => (i === at ? "other" : name)),
          ),
          row(2, ROW),
        ),
      },
      [`:1 ${HEAD[at]}`, "a text", "no such field; there are", "other"],
    ),
  ),
  excel("a title over the headings", { sheet: sheetOf(row(1, ["자료"]), row(2, HEAD), row(3, ROW)) }, [
    ":2 (column 2)",
    "texts under the headings of row 1 (자료)",
    "under no heading",
  ]),
  excel("a heading twice", { sheet: sheetOf(row(1, [...HEAD, "summary"]), row(2, [...ROW, "글"])) }, [
    ":1 summary",
    "one column of that name",
    "columns 3 and 6",
  ]),
  rows("an empty summary", [changed(2, "")], [":2 summary", "a text", "an empty one"]),
  rows("an unknown split", [changed(4, "dev")], [":2 split", "one of train", '"dev"']),
  rows("an id twice", [row(2, ROW), row(5, ROW)], [":5 id", "an id of its own", "line 2"]),
  rows(
    "a formula that was never computed",
    [changed(2, '<c r="C2"><f>CONCAT(A2,"x")</f></c>')],
    [":2 summary", "a text", 'the formula =CONCAT(A2,"x") without its value'],
  ),
  rows(
    "a formula with an empty value",
    [changed(1, '<c r="B2" t="str"><f>D9</f><v></v></c>')],
    [":2 document", "the formula =D9 without its value"],
  ),
  ...["#REF!", "#N/A", "#VALUE!", "#DIV/0!"].map((error) =>
    rows(
      `a formula's error ${error}`,
      [changed(2, `<c r="C2" t="e"><f>B2</f><v>${error}</v></c>`)],
      [":2 summary", "a text", `Excel's error ${error}`],
    ),
  ),
  rows(
    "merged cells over two rows",
    [row(2, ROW), row(3, ["b"])],
    [":2 document", "a cell for each row", "merged over 2 × 1"],
    '<mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells>',
  ),
  rows(
    "merged headings",
    [row(2, ROW)],
    [":1 document", "a cell for each row", "merged over 1 × 2"],
    '<mergeCells count="1"><mergeCell ref="B1:C1"/></mergeCells>',
  ),
  rows(
    "a date that shows as a number where a split belongs",
    [changed(4, '<c r="E2"><v>45000</v></c>')],
    [":2 split", "one of train", '"45000"'],
  ),
  rows(
    "a date",
    [changed(4, '<c r="E2" s="1"><v>45000</v></c>')],
    [":2 split", "a text", "a date or time, which Excel stores as 45000 (2023-03-15 00:00)"],
  ),
  rows(
    "a cell beyond the headings",
    [row(2, [...ROW, "남는 글"])],
    [":2 (column 6)", "“남는 글” under no heading"],
  ),
]);

/** With one bit changed in the packed bytes of a part. */
function flipped(bytes: Buffer, part: string): Buffer {
  const other = Buffer.from(bytes);
  other[other.indexOf(part) + part.length + 2]! ^= 0xff;
  return other;
}

const LAUGHS = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha">${"cdefghij".replace(/./g, (name) => `<!ENTITY ${name} "${`&${String.fromCharCode(name.charCodeAt(0) - 1)};`.repeat(10)}">`)}]>`;
const EXTERNAL = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>';
const withType = (type: string) => ({
  others: {
    "xl/worksheets/sheet1.xml": `${type}<worksheet xmlns="${MAIN}">${sheetOf(row(1, HEAD), row(2, ["a", "&b;&j;", "글", "t", "train"]))}</worksheet>`,
  },
});
const comment = (place: string) => ({
  sheet: sheetOf(row(1, HEAD), row(2, ROW)),
  others: {
    "xl/worksheets/_rels/sheet1.xml.rels": `<Relationships xmlns="${PACKAGES}/relationships"><Relationship Id="r1" Type="${RELATIONS}/comments" Target="../comments1.xml"/></Relationships>`,
    "xl/comments1.xml": `<comments xmlns="${MAIN}"><authors><author>x</author></authors><commentList><comment ref="${place}" authorId="0"><text><t>y</t></text></comment></commentList></comments>`,
  },
});

const NOTHING = deflateRawSync(Buffer.alloc(0));
const inherited = Object.getOwnPropertyNames(Object.prototype).sort();
afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(inherited);
});

refuses(
  "hostile workbooks",
  [
    excel("a bomb: 600 MB of zeros", bomb(600 * 2 ** 20), [
      "at most 512 MiB when unpacked",
      "xl/media/a.bin",
    ]),
    excel("a bomb whose headers claim 100 bytes", bomb(100), [
      "at most 512 MiB when unpacked",
      "xl/media/a.bin",
    ]),
    excel("a bomb of many parts that share their bytes", shared(), ["at most 512 MiB when unpacked"]),
    excel(
      "10,000 parts",
      container(Array.from({ length: 10_000 }, (_, i) => ({ name: `p${i}`, packed: NOTHING, size: 0 }))),
      ["at most 2000 parts", "10000"],
    ),
    excel("entities that multiply", withType(LAUGHS), [
      "XML as Excel writes it",
      "a document type",
      "xl/worksheets/sheet1.xml",
    ]),
    excel("an entity that reads a file", withType(EXTERNAL), ["XML as Excel writes it", "a document type"]),
    excel("a document type in UTF-16", utf16(EXTERNAL), ["a document type"]),
    excel("a comment at __proto__", comment("__proto__"), [
      "comments at cells",
      "a comment that changes the program",
    ]),
    excel(
      "a sheet that claims 17 billion cells",
      { sheet: `<dimension ref="A1:XFD1048576"/>${sheetOf(row(1, HEAD), changed(2, ""))}` },
      [":2 summary", "an empty one"],
    ),
    excel(
      "a cell in the last place of all",
      { sheet: sheetOf(row(1, HEAD), row(2, ROW), `<row r="1048576">${text("XFD1048576", "x")}</row>`) },
      [":1048576 (column 16384)", "under no heading"],
    ),
    excel("a cell with escape sequences", { sheet: sheetOf(row(1, HEAD), changed(4, "_x001B_[2J\u202e")) }, [
      /:2 split: expected one of train.*\[U\+202E\]/s,
    ]),
    excel(
      "headings that name what objects inherit",
      { sheet: sheetOf(row(1, ["__proto__", "constructor", ...HEAD.slice(2)]), row(2, ROW)) },
      [":1 id", "no such field; there are __proto__, constructor"],
    ),
  ],
  60,
);

function utf16(type: string): Buffer {
  const all = parts({ sheet: sheetOf(row(1, HEAD), row(2, ROW)) });
  return zip(all.set("xl/worksheets/sheet1.xml", Buffer.from(`\ufeff${type}<worksheet/>`, "utf16le")));
}
