// The report as a Word file: real headings, tables with repeated header rows, PNG figures with alt text, Korean font named
// for East Asian text as well (Word takes that one for Hangul).
import {
  AlignmentType,
  BorderStyle,
  Document,
  Footer,
  FootnoteReferenceRun,
  HeadingLevel,
  ImageRun,
  LineRuleType,
  Packer,
  PageNumber,
  Paragraph,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TextRun,
  WidthType,
} from "docx";
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
import { unzip, zip } from "./stable-zip";

const FONT = { ascii: "Malgun Gothic", hAnsi: "Malgun Gothic", cs: "Malgun Gothic", eastAsia: "맑은 고딕" };
const LEVELS = { 1: HeadingLevel.HEADING_1, 2: HeadingLevel.HEADING_2, 3: HeadingLevel.HEADING_3 } as const;
// A4 with 2 cm margins: 17 cm in twentieths of a point, and in pixels of 1/96 inch.
const TEXT_WIDTH = 9638;
const TEXT_PIXELS = 642;
// A table of up to so many rows fits a page and stays on one, with its caption.
const ROWS_OF_A_PAGE = 22;

function run(text: string, style: { bold?: boolean; size?: number; color?: string } = {}): TextRun[] {
  return visible(text)
    .split("\n")
    .map((line, i) => new TextRun({ text: line, ...(i > 0 ? { break: 1 } : {}), ...style }));
}

const inlines = (parts: Inline[]): (TextRun | FootnoteReferenceRun)[] =>
  parts.flatMap((part) => {
    if (typeof part === "string") return run(part);
    return "strong" in part ? run(part.strong, { bold: true }) : [new FootnoteReferenceRun(part.footnote)];
  });

function caption(text: string, keepNext: boolean): Paragraph {
  return new Paragraph({
    children: run(text, { bold: true, size: 19 }),
    spacing: { before: 160, after: 60 },
    keepNext,
  });
}

function tableOf(columns: TableBlock["columns"], rows: string[][]): Table {
  const together = rows.length <= ROWS_OF_A_PAGE;
  const total = columns.reduce((sum, column) => sum + (column.weight ?? 1), 0);
  const widths = columns.map((column) => Math.floor((TEXT_WIDTH * (column.weight ?? 1)) / total));
  const none = { style: BorderStyle.NONE, size: 0, color: "auto" };
  const thin = { style: BorderStyle.SINGLE, size: 4, color: "BBBBBB" };
  const thick = { style: BorderStyle.SINGLE, size: 10, color: "333333" };
  const cell = (text: string, i: number, head: boolean, keepNext: boolean) =>
    new TableCell({
      width: { size: widths[i]!, type: WidthType.DXA },
      margins: { top: 30, bottom: 30, left: 70, right: 70 },
      children: [
        new Paragraph({
          alignment: columns[i]!.align === "right" ? AlignmentType.RIGHT : AlignmentType.LEFT,
          children: run(text, { size: 17, bold: head }),
          keepNext,
        }),
      ],
    });
  const hasHead = columns.some((column) => column.label !== "");
  return new Table({
    width: { size: TEXT_WIDTH, type: WidthType.DXA },
    columnWidths: widths,
    layout: TableLayoutType.FIXED,
    borders: {
      top: thick,
      bottom: thick,
      left: none,
      right: none,
      insideHorizontal: thin,
      insideVertical: none,
    },
    rows: [
      ...(hasHead
        ? [
            new TableRow({
              tableHeader: true,
              cantSplit: true,
              children: columns.map((c, i) => cell(c.label, i, true, true)),
            }),
          ]
        : []),
      ...rows.map(
        (row, r) =>
          new TableRow({
            cantSplit: true,
            children: row.map((text, i) => cell(text, i, false, together && r < rows.length - 1)),
          }),
      ),
    ],
  });
}

/** The ids of a table's numbers, in small print. */
function originRun(table: TableBlock, doc: ReportDocument): TextRun[] {
  const ids = compactIds(tableIds(table));
  return ids.length ? run(`${doc.words.origin} ${ids.join("; ")}`, { size: 13, color: "595959" }) : [];
}

function block(part: Block, doc: ReportDocument, pictures: Map<string, Picture>): (Paragraph | Table)[] {
  switch (part.kind) {
    case "heading":
      return [new Paragraph({ heading: LEVELS[part.level], children: run(part.text), keepNext: true })];
    case "paragraph":
      return [new Paragraph({ children: inlines(part.inlines), spacing: { after: 120 } })];
    case "notice": {
      const line = { style: BorderStyle.SINGLE, size: 12, color: "B45309", space: 6 };
      return [
        new Paragraph({
          children: inlines(part.inlines),
          spacing: { before: 160, after: 200 },
          border: { top: line, bottom: line, left: line, right: line },
        }),
      ];
    }
    case "list":
      return part.items.map(
        (item) => new Paragraph({ children: inlines(item), bullet: { level: 0 }, spacing: { after: 60 } }),
      );
    case "table":
      return [
        caption(visible(`${doc.words.table} ${part.number}. ${part.caption}`), true),
        tableOf(
          part.columns,
          part.rows.map((row) => row.map(cellText)),
        ),
        ...(part.note
          ? [
              new Paragraph({
                children: run(`${doc.words.source} ${part.note}`, { size: 16, color: "444444" }),
                spacing: { before: 40, after: 40 },
              }),
            ]
          : []),
        new Paragraph({ children: originRun(part, doc), spacing: { before: 40, after: 140 } }),
      ];
    case "figure": {
      const picture = pictures.get(part.id);
      if (!picture)
        throw new Error(`Figure ${part.id} has no picture: draw it before the report is written.`);
      const scale = Math.min(1, TEXT_PIXELS / picture.width);
      const image = new ImageRun({
        type: "png",
        data: picture.png,
        transformation: {
          width: Math.round(picture.width * scale),
          height: Math.round(picture.height * scale),
        },
        altText: {
          id: String(part.number),
          name: part.id,
          title: visible(part.caption),
          description: visible(part.alt),
        },
      });
      return [
        new Paragraph({
          children: [image],
          keepNext: true,
          alignment: AlignmentType.CENTER,
          spacing: { before: 160, line: 240, lineRule: LineRuleType.AUTO },
        }),
        caption(`${doc.words.figure} ${part.number}. ${part.caption}`, false),
      ];
    }
  }
}

const CLOCK = /(<dcterms:(created|modified)[^>]*>)[^<]*/g;

/** Writes the document as DOCX; the same document gives the same bytes. */
export async function toDocx(doc: ReportDocument, pictures: Map<string, Picture>): Promise<Buffer> {
  const heading = (size: number) => ({
    run: { font: FONT, size, bold: true, color: "1A1A1A" },
    paragraph: { spacing: { before: 280, after: 100 } },
  });
  const word = new Document({
    title: visible(`${doc.title}: ${doc.subtitle}`),
    creator: "",
    styles: {
      default: {
        document: {
          run: { font: FONT, size: 20, language: { value: "en-US", eastAsia: "ko-KR" } },
          paragraph: { spacing: { line: 300, lineRule: LineRuleType.AUTO } },
        },
        title: { run: { font: FONT, size: 40, bold: true } },
        heading1: heading(30),
        heading2: heading(25),
        heading3: heading(22),
      },
    },
    footnotes: Object.fromEntries(
      doc.footnotes.map((text, i) => [
        i + 1,
        { children: [new Paragraph({ children: run(text, { size: 17 }) })] },
      ]),
    ),
    sections: [
      {
        properties: {
          page: {
            size: { width: 11906, height: 16838 },
            margin: { top: 1134, bottom: 1134, left: 1134, right: 1134 },
          },
        },
        footers: {
          default: new Footer({
            children: [
              new Paragraph({
                alignment: AlignmentType.CENTER,
                children: [
                  new TextRun({ children: [PageNumber.CURRENT, " / ", PageNumber.TOTAL_PAGES], size: 17 }),
                ],
              }),
            ],
          }),
        },
        children: [
          new Paragraph({ heading: HeadingLevel.TITLE, children: run(doc.title) }),
          new Paragraph({ children: run(doc.subtitle, { color: "444444" }), spacing: { after: 160 } }),
          ...(doc.fields.length
            ? [
                tableOf(
                  [
                    { label: "", align: "left", weight: 1 },
                    { label: "", align: "left", weight: 3 },
                  ],
                  doc.fields,
                ),
              ]
            : []),
          ...doc.blocks.flatMap((part) => block(part, doc, pictures)),
        ],
      },
    ],
  });
  const files = unzip(await Packer.toBuffer(word));
  const core = files.get("docProps/core.xml")!.toString("utf8");
  files.set(
    "docProps/core.xml",
    Buffer.from(core.replace(CLOCK, "$11970-01-01T00:00:00Z").replace("Un-named", ""), "utf8"),
  );
  return zip(files);
}
