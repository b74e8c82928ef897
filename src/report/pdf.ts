// The report as PDF: pdfmake with Noto Sans KR embedded, vector figures, page numbers. Lines break at blanks only.
import { resolve } from "node:path";
import { EMOJI_FAMILY, FONT_FILES, FONT_FOLDER } from "../figures/fonts";
import { fontRuns, withFontNames } from "../figures/printable";
import {
  type Block,
  cellText,
  type Inline,
  type Picture,
  type ReportDocument,
  type TableBlock,
} from "./document";
import { visible } from "./inert";
import { compactIds, tableIds } from "./origins";

// pdfmake ships no types: these are the parts of a document definition that are used here.
type Content = Record<string, unknown>;

const FONTS = {
  NotoSansKR: { normal: FONT_FILES.text, bold: FONT_FILES.bold },
  [EMOJI_FAMILY]: { normal: FONT_FILES.emoji, bold: FONT_FILES.emoji },
};
// A4 less margins of 50 points.
const TEXT_WIDTH = 595 - 2 * 50;
const TABLE_FONT_SIZE = 8;
// A table of up to so many rows fits a page and stays on one, with its caption.
const ROWS_OF_A_PAGE = 22;
/** About how wide a word is, in ems: Hangul and other wide characters nearly one, all others a bit more than half. */
function ems(word: string): number {
  let sum = 0;
  for (const character of word.trim()) sum += character >= "\u1100" ? 0.95 : 0.6;
  return sum;
}

/** Printable text in the fonts that print it. */
const inFonts = (text: string, style: Content = {}): Content[] =>
  fontRuns(text).map((run) => ({
    text: run.text,
    ...(run.font === "emoji" && { font: EMOJI_FAMILY }),
    ...style,
  }));

/**
 * Words that pdfmake must not break: its own rule breaks between any two Hangul syllables.
 * A word wider than `room` (ems) stays breakable, so that it cannot run out of its column.
 */
function words(text: string, style: Content = {}, room = 40): Content[] {
  const parts = visible(text).match(/\n|[^\n\S]+|\S+[^\n\S]*/g) ?? [""];
  return parts.flatMap((part) => {
    const whole = part.trim() !== "" && ems(part) <= room;
    return inFonts(part, { ...(whole && { noWrap: true }), ...style });
  });
}

const inlines = (parts: Inline[]): Content[] =>
  parts.flatMap((part) => {
    if (typeof part === "string") return words(part);
    if ("strong" in part) return words(part.strong, { bold: true });
    return [{ text: `${part.footnote})`, fontSize: 7, sup: true }];
  });

const LINES = {
  hLineWidth: (i: number, node: { table: { body: unknown[]; headerRows?: number } }) =>
    i === 0 || i === node.table.body.length || i === (node.table.headerRows ?? 0) ? 1 : 0.4,
  vLineWidth: () => 0,
  hLineColor: (i: number, node: { table: { body: unknown[]; headerRows?: number } }) =>
    i === 0 || i === node.table.body.length || i === (node.table.headerRows ?? 0) ? "#333333" : "#bbbbbb",
  paddingLeft: () => 4,
  paddingRight: () => 4,
  paddingTop: () => 2.5,
  paddingBottom: () => 2.5,
};

function grid(columns: TableBlock["columns"], rows: string[][], headed: boolean): Content {
  const total = columns.reduce((sum, column) => sum + (column.weight ?? 1), 0);
  const space = TEXT_WIDTH - columns.length * 8;
  const widths = columns.map((column) => (space * (column.weight ?? 1)) / total);
  const cell = (text: string, i: number, bold: boolean): Content => ({
    text: words(text, {}, widths[i]! / TABLE_FONT_SIZE),
    alignment: columns[i]!.align,
    ...(bold ? { bold: true } : {}),
  });
  return {
    table: {
      headerRows: headed ? 1 : 0,
      dontBreakRows: true,
      keepWithHeaderRows: headed ? 1 : 0,
      widths,
      body: [
        ...(headed ? [columns.map((column, i) => cell(column.label, i, true))] : []),
        ...rows.map((row) => row.map((text, i) => cell(text, i, false))),
      ],
    },
    layout: LINES,
    fontSize: TABLE_FONT_SIZE,
  };
}

function block(part: Block, doc: ReportDocument, pictures: Map<string, Picture>): Content[] {
  switch (part.kind) {
    case "heading": {
      const size = { 1: 16, 2: 13, 3: 11 }[part.level];
      return [
        {
          text: words(part.text),
          fontSize: size,
          bold: true,
          headlineLevel: part.level,
          margin: [0, part.level === 1 ? 18 : 12, 0, 5],
        },
      ];
    }
    case "paragraph":
      return [{ text: inlines(part.inlines), margin: [0, 0, 0, 7] }];
    case "notice":
      return [
        {
          table: {
            widths: ["*"],
            body: [[{ text: inlines(part.inlines), fillColor: "#fff7ed", margin: [5, 4, 5, 4] }]],
          },
          layout: {
            hLineWidth: () => 1.5,
            vLineWidth: () => 1.5,
            hLineColor: () => "#b45309",
            vLineColor: () => "#b45309",
          },
          margin: [0, 8, 0, 10],
        },
      ];
    case "list":
      // A list a piece: a heading then stays with the first item.
      return part.items.map((item, i) => ({
        ul: [{ text: inlines(item) }],
        margin: [0, 0, 0, i === part.items.length - 1 ? 7 : 3],
      }));
    case "table": {
      const ids = compactIds(tableIds(part));
      const stack = [
        {
          text: words(`${doc.words.table} ${part.number}. ${part.caption}`),
          bold: true,
          fontSize: 9,
          headlineLevel: 4,
          margin: [0, 6, 0, 3],
        },
        grid(
          part.columns,
          part.rows.map((row) => row.map(cellText)),
          true,
        ),
        {
          text: part.note ? words(`${doc.words.source} ${part.note}`) : "",
          fontSize: 7.5,
          color: "#444444",
          margin: [0, 3, 0, 1],
        },
        {
          text: ids.length ? inFonts(visible(`${doc.words.origin} ${ids.join("; ")}`)) : "",
          fontSize: 5.5,
          color: "#595959",
          margin: [0, 1, 0, 9],
        },
      ];
      return part.rows.length <= ROWS_OF_A_PAGE ? [{ unbreakable: true, stack }] : stack;
    }
    case "figure": {
      const picture = pictures.get(part.id);
      if (!picture)
        throw new Error(`Figure ${part.id} has no picture: draw it before the report is written.`);
      return [
        {
          unbreakable: true,
          stack: [
            {
              svg: withFontNames(picture.svg),
              font: "NotoSansKR",
              width: Math.min(TEXT_WIDTH, picture.width * 0.75),
              alignment: "center",
              margin: [0, 6, 0, 2],
            },
            {
              text: words(`${doc.words.figure} ${part.number}. ${part.caption}`),
              bold: true,
              fontSize: 9,
              margin: [0, 0, 0, 10],
            },
          ],
        },
      ];
    }
  }
}

/** Headings stand in one unbreakable piece with the start of what follows, so that none ends a page. */
function content(doc: ReportDocument, pictures: Map<string, Picture>): Content[] {
  const out: Content[] = [];
  let headings: Content[] = [];
  for (const part of doc.blocks) {
    const pieces = block(part, doc, pictures);
    if (part.kind === "heading") {
      headings.push(...pieces);
    } else if (headings.length === 0) {
      out.push(...pieces);
    } else {
      out.push({ unbreakable: true, stack: [...headings, pieces[0]!] }, ...pieces.slice(1));
      headings = [];
    }
  }
  return [...out, ...headings];
}

/** Writes the document as PDF; the same document gives the same bytes. */
export async function toPdf(doc: ReportDocument, pictures: Map<string, Picture>): Promise<Buffer> {
  const pdfmake = require("pdfmake");
  pdfmake.setFonts(FONTS);
  // The document brings everything with it: nothing is fetched, and of the disk only the fonts are read.
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy((path: string) => resolve(path).startsWith(resolve(FONT_FOLDER)));
  const notes = doc.footnotes.map((text, i) => ({
    text: words(`${i + 1}) ${text}`),
    fontSize: 8,
    margin: [0, 0, 0, 3],
  }));
  const definition = {
    pageSize: "A4",
    pageMargins: [50, 50, 50, 55],
    defaultStyle: { font: "NotoSansKR", fontSize: 9.5, lineHeight: 1.25 },
    // A fixed date, not the clock's: the file depends on nothing but the document.
    info: {
      title: visible(`${doc.title}: ${doc.subtitle}`),
      creationDate: new Date(0),
      modDate: new Date(0),
    },
    language: doc.lang,
    footer: (page: number, pages: number) => ({
      text: `${page} / ${pages}`,
      alignment: "center",
      fontSize: 8,
      margin: [0, 20, 0, 0],
    }),
    // A heading or caption never stays alone at the foot of a page.
    pageBreakBefore: (
      node: { headlineLevel?: number },
      query: { getFollowingNodesOnPage(): { text?: unknown; image?: unknown }[] },
    ) =>
      node.headlineLevel !== undefined &&
      !query.getFollowingNodesOnPage().some((next) => next.text !== undefined || next.image !== undefined),
    content: [
      { text: words(doc.title), fontSize: 22, bold: true },
      { text: words(doc.subtitle), color: "#444444", margin: [0, 2, 0, 10] },
      ...(doc.fields.length
        ? [
            grid(
              [
                { label: "", align: "left", weight: 1 },
                { label: "", align: "left", weight: 3 },
              ],
              doc.fields,
              false,
            ),
          ]
        : []),
      ...content(doc, pictures),
      ...(notes.length ? [{ text: doc.words.notes, bold: true, margin: [0, 18, 0, 4] }, ...notes] : []),
    ],
  };
  return pdfmake.createPdf(definition).getBuffer();
}
