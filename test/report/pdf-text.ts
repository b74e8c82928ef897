// What a PDF of pdfkit's says and prints: the glyphs of its content streams, read back through its fonts' ToUnicode tables.
import { inflateSync } from "node:zlib";

const utf16 = (hex: string): string => Buffer.from(hex, "hex").swap16().toString("utf16le");

/** Objects by number: the dictionary's text and the inflated stream. */
function objects(pdf: Buffer): Map<number, { head: string; stream: string }> {
  const found = new Map<number, { head: string; stream: string }>();
  const text = pdf.toString("latin1");
  for (const match of text.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    const [, number, body] = match;
    const [head, rest] = body!.split(/\nstream\n/) as [string, string | undefined];
    const bytes = Buffer.from((rest ?? "").replace(/\nendstream$/, ""), "latin1");
    const packed = head.includes("/FlateDecode") && bytes.length > 0;
    found.set(Number(number), { head, stream: (packed ? inflateSync(bytes) : bytes).toString("latin1") });
  }
  return found;
}

/** Glyph number (four hex digits) to text, of a ToUnicode table (PDF 32000-1, 9.10.3). */
function unicodeOf(table: string): Map<string, string> {
  const map = new Map<string, string>();
  for (const [, first, list] of table.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/gi)) {
    [...list!.matchAll(/<([0-9a-f ]*)>/gi)].forEach(([, hex], i) => {
      const glyph = (Number.parseInt(first!, 16) + i).toString(16).padStart(4, "0");
      map.set(glyph, utf16(hex!.replace(/ /g, "")));
    });
  }
  return map;
}

/** All text of the PDF in the order of its streams, and how often it prints the box for a glyph that a font lacks. */
export function readPdf(pdf: Buffer): { text: string; boxes: number } {
  const all = objects(pdf);
  const fonts = new Map<string, Map<string, string>>();
  for (const { head } of all.values()) {
    for (const [, name, number] of head.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const table = /\/ToUnicode (\d+) 0 R/.exec(all.get(Number(number))?.head ?? "")?.[1];
      if (table) fonts.set(name!, unicodeOf(all.get(Number(table))!.stream));
    }
  }
  let text = "";
  let boxes = 0;
  for (const { head, stream } of all.values()) {
    if (/\/(Type|FontFile|Subtype)\b/.test(head)) continue;
    let font = new Map<string, string>();
    for (const [, name, shown] of stream.matchAll(/\/(F\d+) [\d.]+ Tf|\[((?:<[0-9a-f]*>|[\s\d.-])*)\] TJ/g)) {
      if (name) font = fonts.get(name) ?? new Map();
      else {
        for (const [, hex] of shown!.matchAll(/<([0-9a-f]*)>/g)) {
          for (const glyph of hex!.match(/.{4}/g) ?? []) {
            if (glyph === "0000") boxes += 1;
            text += font.get(glyph) ?? "";
          }
        }
      }
    }
  }
  return { text, boxes };
}
