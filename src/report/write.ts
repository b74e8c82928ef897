// From the saved tables of a run to everything under reports/: figures, tables, and the report in four formats.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { writeFileAtomic } from "../base/atomic-write";
import { committed, parseJsonAt, readJson, requireFields } from "../base/json-file";
import { themed, toPng, toSvg } from "../figures/figure";
import type { Language } from "../figures/labels";
import { loadPublished } from "../results/published";
import type { SampleRow } from "../results/samples";
import type { StudyResults } from "../results/study-results";
import { toCsv } from "./csv";
import type { Picture, ReportDocument } from "./document";
import { toDocx } from "./docx";
import { english } from "./en/words";
import { toHtml } from "./html";
import { korean } from "./ko/words";
import { toLatex } from "./latex";
import { tableToMarkdown, toMarkdown } from "./markdown";
import { toPdf } from "./pdf";
import { withoutMarks } from "./quantity";
import { type ReportWords, report } from "./report";
import { loadReportSettings } from "./settings";

/** Languages that the report can be written in. */
export const LANGUAGES: Record<Language, ReportWords> = { ko: korean, en: english };

/** PNG pixels per figure pixel: 300 dpi where a figure unit is 1/96 inch. */
const PNG_DPI = 300;

/** The fields of results.json without which there is no report. */
const TABLES = [
  "profile",
  "seed",
  "machine",
  "counts",
  "models",
  "systems",
  "comparisons",
  "training",
  "cache",
];

/** What brings a run's file back: git those of reports/, a command all others. */
const remedyOf = (folder: string, file: string, command: string): string =>
  resolve(folder) === resolve("reports")
    ? committed(join("reports", file))
    : `${command} writes it anew from the run's finished stages.`;

/** Reads results.json and, if there, lighter.json (of the same distilled student) and samples.jsonl of a run's folder. */
export function readRun(folder: string): { results: StudyResults; samples: SampleRow[] } {
  const path = join(folder, "results.json");
  const remedy = (file: string) =>
    remedyOf(folder, file, "`npm run stage -- results` (with the run's --profile)");
  if (!existsSync(path)) {
    throw new Error(`${path} does not exist. \`npm run study\` makes a run. ${remedy("results.json")}`);
  }
  const results = withoutMarks(readJson<StudyResults>(path, remedy("results.json")));
  requireFields(results, TABLES, path, remedy("results.json"));
  const forms = join(folder, "lighter.json");
  if (existsSync(forms)) {
    const lighter = readJson<NonNullable<StudyResults["lighter"]>>(
      forms,
      remedyOf(folder, "lighter.json", "`npm run notebook -- 09` (with -p profile=NAME)"),
    );
    if (lighter.model === results.provenance?.models.distilled) results.lighter = withoutMarks(lighter);
  }
  const lines = join(folder, "samples.jsonl");
  if (!existsSync(lines)) throw new Error(`${lines} does not exist. ${remedy("samples.jsonl")}`);
  const samples = readFileSync(lines, "utf8")
    .split("\n")
    .flatMap((line, i) => {
      if (line.trim() === "") return [];
      return [withoutMarks(parseJsonAt<SampleRow>(line, `${lines}:${i + 1}`, remedy("samples.jsonl")))];
    });
  return { results, samples };
}

/** Builds the report of a run as a document, with the published values and the user's header fields. */
export function reportOf(folder: string, language: Language): ReportDocument {
  const { results, samples } = readRun(folder);
  return report(LANGUAGES[language], results, samples, loadPublished(), loadReportSettings());
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
