// From the saved tables of a run to everything under reports/: figures, tables, and the report in four formats.
import { join } from "node:path";
import { writeFileAtomic } from "../base/atomic-write";
import type { Language } from "../base/language";
import { themed, toPng, toSvg } from "../figures/figure";
import { loadPublished } from "../results/published";
import { toCsv } from "./csv";
import type { Picture, ReportDocument } from "./document";
import { toDocx } from "./docx";
import { toHtml } from "./html";
import { toLatex } from "./latex";
import { tableToMarkdown, toMarkdown } from "./markdown";
import { toPdf } from "./pdf";
import { report } from "./report";
import { readRun } from "./run-files";
import { loadReportSettings } from "./settings";

/** PNG pixels per figure pixel: 300 dpi where a figure unit is 1/96 inch. */
const PNG_DPI = 300;

/** Builds the report of a run as a document, with the published values and the user's header fields. */
export function reportOf(folder: string, language: Language): ReportDocument {
  const { results, samples } = readRun(folder);
  return report(language, { results, samples, published: loadPublished() }, loadReportSettings());
}

/** Writes figures/*.{json,svg,png}, tables/*.{csv,md,tex} and report.{md,html,pdf,docx} into `out`; gives the files written. */
export async function writeReport(doc: ReportDocument, out: string): Promise<string[]> {
  const written: string[] = [];
  const write = (name: string, content: string | Buffer) => {
    writeFileAtomic(join(out, name), content);
    written.push(join(out, name));
  };
  const svgs = new Map<string, string>();
  const pictures = new Map<string, Picture>();
  for (const part of doc.blocks) {
    if (part.kind === "table") {
      write(join("tables", `${part.id}.csv`), toCsv(part));
      write(join("tables", `${part.id}.md`), `${tableToMarkdown(part, doc)}\n`);
      write(join("tables", `${part.id}.tex`), toLatex(part));
    }
    if (part.kind !== "figure") continue;
    const svg = await toSvg(part.figure);
    const png = toPng(svg, PNG_DPI);
    const size = /<svg[^>]*?width="([\d.]+)"[^>]*?height="([\d.]+)"/.exec(svg);
    if (!size) throw new Error(`Figure ${part.id}: the SVG names no width and height.`);
    svgs.set(part.id, svg);
    pictures.set(part.id, { svg, png, width: Number(size[1]), height: Number(size[2]) });
    write(join("figures", `${part.id}.json`), `${JSON.stringify(themed(part.figure), null, 1)}\n`);
    write(join("figures", `${part.id}.svg`), svg);
    write(join("figures", `${part.id}.png`), png);
  }
  write("report.md", toMarkdown(doc));
  write("report.html", toHtml(doc, svgs));
  write("report.pdf", await toPdf(doc, pictures));
  write("report.docx", await toDocx(doc, pictures));
  return written;
}
