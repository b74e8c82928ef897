// Every text of a report, to be read or changed: what counts its numbers and what blanks them out need the same list.
import type { Block, Cell, Inline, ReportDocument } from "./document";

type Change = (text: string) => string;

const inline = (part: Inline, change: Change): Inline => {
  if (typeof part === "string") return change(part);
  return "strong" in part ? { strong: change(part.strong) } : part;
};

const cell = (content: Cell, change: Change): Cell =>
  typeof content === "string" ? change(content) : { ...content, text: change(content.text) };

function changedBlock(block: Block, change: Change): Block {
  switch (block.kind) {
    case "heading":
      return { ...block, text: change(block.text) };
    case "paragraph":
    case "notice":
      return { ...block, inlines: block.inlines.map((part) => inline(part, change)) };
    case "list":
      return { ...block, items: block.items.map((item) => item.map((part) => inline(part, change))) };
    case "table":
      return {
        ...block,
        caption: change(block.caption),
        columns: block.columns.map((column) => ({ ...column, label: change(column.label) })),
        rows: block.rows.map((row) => row.map((content) => cell(content, change))),
        ...(block.note === undefined ? {} : { note: change(block.note) }),
      };
    case "figure":
      return { ...block, caption: change(block.caption), alt: change(block.alt) };
  }
}

/** The document with every text changed. */
export function withTexts(doc: ReportDocument, change: Change): ReportDocument {
  return {
    ...doc,
    title: change(doc.title),
    subtitle: change(doc.subtitle),
    blocks: doc.blocks.map((block) => changedBlock(block, change)),
    footnotes: doc.footnotes.map(change),
  };
}

/** Every text of the document in its order. */
export function textsOf(doc: ReportDocument): string[] {
  const found: string[] = [];
  withTexts(doc, (text) => {
    found.push(text);
    return text;
  });
  return found;
}
