// The report as one HTML file: figures inlined as SVG, no script, no outside reference, styled for screen and A4 print.
import { type Block, cellText, type Inline, type ReportDocument, type TableBlock } from "./document";
import { escapeHtml } from "./inert";
import { isQuoted, pieces } from "./marks";
import { compactIds, tableIds } from "./origins";

const STYLE = `
@font-face { font-family: "Report Sans"; src: local("Noto Sans KR"), local("Noto Sans CJK KR"), local("Apple SD Gothic Neo"), local("Malgun Gothic"); }
@font-face { font-family: "Report Sans"; font-weight: 700; src: local("Noto Sans KR Bold"), local("Noto Sans CJK KR Bold"), local("AppleSDGothicNeo-Bold"), local("Malgun Gothic Bold"); }
:root { color-scheme: light; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; background: #fff; color: #1a1a1a; line-height: 1.65;
  font-family: "Report Sans", "Noto Sans KR", "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif;
  word-break: keep-all; overflow-wrap: break-word; }
h1 { font-size: 1.8rem; margin-bottom: 0.2rem; } .subtitle { color: #444; margin-top: 0; }
h2 { margin-top: 2.6rem; border-bottom: 2px solid #333; padding-bottom: 0.2rem; } h3 { margin-top: 2rem; }
h2, h3, h4 { break-after: avoid; }
.notice { border: 2px solid #b45309; background: #fff7ed; padding: 0.7rem 1rem; margin: 1.5rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; font-size: 0.88rem; margin: 0.3rem 0; }
caption, figcaption { font-weight: 700; text-align: left; padding: 0.6rem 0 0.3rem; caption-side: top; }
th, td { border-bottom: 1px solid #ccc; padding: 0.28rem 0.5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead th { border-top: 2px solid #333; border-bottom: 1.5px solid #333; vertical-align: bottom; overflow-wrap: break-word; }
.right { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } thead .right { white-space: normal; }
@media screen { .scroll table { min-width: 44rem; } }
.fields { width: auto; min-width: 60%; table-layout: auto; } .fields th { white-space: nowrap; border-top: 0; }
.note { font-size: 0.84rem; color: #444; margin-top: 0.2rem; }
.origin { font-size: 0.72rem; color: #595959; margin-top: 0.2rem; overflow-wrap: anywhere; }
figure { margin: 1.6rem 0; break-inside: avoid; } figure svg { width: 100%; height: auto; display: block; }
.footnotes { font-size: 0.88rem; border-top: 1px solid #999; margin-top: 3rem; }
@page { size: A4; margin: 18mm 16mm; }
@media print { body { max-width: none; margin: 0; padding: 0; font-size: 10pt; } tr { break-inside: avoid; } thead { display: table-header-group; }
  .scroll { overflow: visible; } a { color: inherit; text-decoration: none; } }
`;

/** Text with every number in a span that names its id, which a reader sees by pointing at it. */
function text(marked: string): string {
  return pieces(marked)
    .map((piece) => {
      const shown = escapeHtml(piece.text);
      if (piece.id === undefined || isQuoted(piece)) return shown;
      const id = escapeHtml(piece.id);
      return `<span class="number" data-claim="${id}" title="${id}">${shown}</span>`;
    })
    .join("");
}

function inline(part: Inline): string {
  if (typeof part === "string") return text(part);
  if ("strong" in part) return `<strong>${text(part.strong)}</strong>`;
  const n = part.footnote;
  return `<sup><a href="#note-${n}" id="mark-${n}">${n}</a></sup>`;
}

const inlines = (parts: Inline[]): string => parts.map(inline).join("");
const lines = (marked: string): string => text(marked).replace(/\n/g, "<br>");

/** Gives the ids of one picture its own prefix: Plotly uses the same ids in every figure, and a page has only one name space. */
export function withOwnIds(svg: string, prefix: string): string {
  return svg
    .replace(/\bid="([^"]+)"/g, `id="${prefix}-$1"`)
    .replace(/url\((['"]|&quot;)?#([^'")&]+)(?:\1)?\)/g, `url(#${prefix}-$2)`)
    .replace(/(href)="#([^"]+)"/g, `$1="#${prefix}-$2"`);
}

function table(block: TableBlock, doc: ReportDocument): string {
  const mark = (i: number) => (block.columns[i]!.align === "right" ? ' class="right"' : "");
  const head = block.columns
    .map((column, i) => `<th scope="col"${mark(i)}>${lines(column.label)}</th>`)
    .join("");
  const rows = block.rows
    .map((row) => `<tr>${row.map((c, i) => `<td${mark(i)}>${lines(cellText(c))}</td>`).join("")}</tr>`)
    .join("\n");
  const caption = `${doc.words.table} ${block.number}. ${block.caption}`;
  const total = block.columns.reduce((sum, column) => sum + (column.weight ?? 1), 0);
  const widths = block.columns
    .map((column) => `<col style="width:${((100 * (column.weight ?? 1)) / total).toFixed(1)}%">`)
    .join("");
  const note = block.note ? `\n<p class="note">${escapeHtml(`${doc.words.source} ${block.note}`)}</p>` : "";
  const ids = compactIds(tableIds(block));
  const origin = ids.length
    ? `\n<p class="origin">${escapeHtml(`${doc.words.origin} ${ids.join("; ")}`)}</p>`
    : "";
  return `<div class="scroll"><table>\n<caption>${escapeHtml(caption)}</caption>\n<colgroup>${widths}</colgroup>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${rows}\n</tbody></table></div>${note}${origin}`;
}

function block(part: Block, doc: ReportDocument, svgs: Map<string, string>): string {
  switch (part.kind) {
    case "heading":
      return `<h${part.level + 1}>${escapeHtml(part.text)}</h${part.level + 1}>`;
    case "paragraph":
      return `<p>${inlines(part.inlines)}</p>`;
    case "notice":
      return `<p class="notice" role="note">${inlines(part.inlines)}</p>`;
    case "list":
      return `<ul>\n${part.items.map((item) => `<li>${inlines(item)}</li>`).join("\n")}\n</ul>`;
    case "table":
      return table(part, doc);
    case "figure": {
      const svg = svgs.get(part.id);
      if (svg === undefined)
        throw new Error(`Figure ${part.id} has no picture: draw it before the report is written.`);
      const caption = `${doc.words.figure} ${part.number}. ${part.caption}`;
      const picture = withOwnIds(svg, part.id).replace(
        "<svg",
        `<svg role="img" aria-label="${escapeHtml(part.alt)}"`,
      );
      return `<figure>${picture}\n<figcaption>${escapeHtml(caption)}</figcaption></figure>`;
    }
  }
}

/** Writes the document as one HTML file; `svgs` holds each figure's SVG by its id. */
export function toHtml(doc: ReportDocument, svgs: Map<string, string>): string {
  const fields = doc.fields
    .map(([label, value]) => `<tr><th scope="row">${escapeHtml(label)}</th><td>${lines(value)}</td></tr>`)
    .join("\n");
  const notes = doc.footnotes
    .map(
      (text, i) =>
        `<li id="note-${i + 1}">${escapeHtml(text)} <a href="#mark-${i + 1}" aria-label="↩">↩</a></li>`,
    )
    .join("\n");
  return `<!doctype html>
<html lang="${escapeHtml(doc.lang)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:">
<title>${escapeHtml(`${doc.title}: ${doc.subtitle}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(doc.title)}</h1>
<p class="subtitle">${escapeHtml(doc.subtitle)}</p>
${fields ? `<table class="fields"><tbody>\n${fields}\n</tbody></table>` : ""}
${doc.blocks.map((part) => block(part, doc, svgs)).join("\n")}
${notes ? `<section class="footnotes"><h2>${escapeHtml(doc.words.notes)}</h2><ol>\n${notes}\n</ol></section>` : ""}
</body>
</html>
`;
}
