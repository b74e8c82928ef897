// The report as GitHub-flavoured Markdown, with the figures as files beside it.
import { type Block, cellText, type Inline, type ReportDocument, type TableBlock } from "./document";
import { escapeMarkdown } from "./inert";
import { unmarked } from "./marks";
import { compactIds, tableIds } from "./origins";

/** Text inside a line: the blanks at its ends separate it from its neighbours and stay. */
function inline(part: Inline): string {
  if (typeof part === "string") {
    const [, before, body, after] = /^(\s*)([\s\S]*?)(\s*)$/.exec(part) as unknown as [
      string,
      string,
      string,
      string,
    ];
    return `${before && " "}${escapeMarkdown(body)}${after && " "}`;
  }
  if ("strong" in part) return `**${escapeMarkdown(part.strong)}** `;
  return `[^${part.footnote}]`;
}

const inlines = (parts: Inline[]): string => parts.map(inline).join("").replace(/ {2,}/g, " ").trim();

/** A cell's lines are told apart after its marks are gone: a quotation of several lines is one marked piece. */
function cell(text: string): string {
  return unmarked(text).split("\n").map(escapeMarkdown).join("<br>");
}

/** One table with its caption and note. */
export function tableToMarkdown(block: TableBlock, doc: ReportDocument): string {
  const head = `| ${block.columns.map((column) => cell(column.label)).join(" | ")} |`;
  const rule = `|${block.columns.map((column) => (column.align === "right" ? "---:" : ":---")).join("|")}|`;
  const rows = block.rows.map((row) => `| ${row.map((c) => cell(cellText(c))).join(" | ")} |`);
  const caption = `**${doc.words.table} ${block.number}. ${escapeMarkdown(block.caption)}**`;
  const note = block.note ? `\n\n${escapeMarkdown(`${doc.words.source} ${block.note}`)}` : "";
  const ids = compactIds(tableIds(block));
  const origin = ids.length
    ? `\n\n<sub>${escapeMarkdown(`${doc.words.origin} ${ids.join("; ")}`)}</sub>`
    : "";
  return `${caption}\n\n${[head, rule, ...rows].join("\n")}${note}${origin}`;
}

function block(part: Block, doc: ReportDocument): string {
  switch (part.kind) {
    case "heading":
      // A number with a dot, as in "1. …", is text in a heading and needs no escape.
      return `${"#".repeat(part.level + 1)} ${escapeMarkdown(part.text).replace(/^(\d+)\\\./, "$1.")}`;
    case "paragraph":
      return inlines(part.inlines);
    case "notice":
      return `> ${inlines(part.inlines)}`;
    case "list":
      return part.items.map((item) => `- ${inlines(item)}`).join("\n");
    case "table":
      return tableToMarkdown(part, doc);
    case "figure": {
      const image = `![${escapeMarkdown(part.alt)}](figures/${part.id}.svg)`;
      return `${image}\n\n**${doc.words.figure} ${part.number}. ${escapeMarkdown(part.caption)}**`;
    }
  }
}

/** Writes the document as Markdown; the figures' SVG files are expected under figures/. */
export function toMarkdown(doc: ReportDocument): string {
  const fields = [
    "| | |",
    "|:---|:---|",
    ...doc.fields.map(([label, value]) => `| ${cell(label)} | ${cell(value)} |`),
  ].join("\n");
  const notes = doc.footnotes.map((text, i) => `[^${i + 1}]: ${escapeMarkdown(text)}`);
  const parts = [
    `# ${escapeMarkdown(doc.title)}`,
    escapeMarkdown(doc.subtitle),
    ...(doc.fields.length ? [fields] : []),
    ...doc.blocks.map((part) => block(part, doc)),
    ...(notes.length ? [notes.join("\n")] : []),
  ];
  return `${parts.join("\n\n")}\n`;
}
