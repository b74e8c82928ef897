// The project's own publication of a run: report in both languages, results, records, the generated parts of the READMEs
// and the claims, all from one set of results, so that one command brings them all up to date.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../base/atomic-write";
import { LANGUAGES, type Language } from "../base/language";
import { loadPublished, type Published } from "../results/published";
import type { SampleRow } from "../results/samples";
import type { StudyResults } from "../results/study-results";
import { type Claims, claimsFile, claimsOf } from "./claims/ledger";
import type { ReportDocument } from "./document";
import { auditNumbers } from "./findings/audit";
import { unmarked } from "./marks";
import type { Numbers, Sources } from "./quantity";
import { readmeBlocks, withBlocks } from "./readme/blocks";
import type { Records } from "./records";
import { report } from "./report";
import { loadReportSettings } from "./settings";
import { textsOf } from "./texts";
import { writeReport } from "./write";

/** Where a language's report lies below the reports folder. */
export const REPORT_FOLDERS: Record<Language, string> = { ko: ".", en: "en" };

const READMES: readonly { file: string; language: Language }[] = [
  { file: "README.md", language: "en" },
  { file: "README.ko.md", language: "ko" },
  { file: "docs/results.md", language: "en" },
  { file: "docs/results.ko.md", language: "ko" },
];

export interface Publication {
  reports: Record<Language, ReportDocument>;
  /** README texts with the marks of their numbers. */
  readmes: { file: string; text: string; numbers: Numbers }[];
  claims: Claims;
}

export interface RunData {
  results: StudyResults;
  samples: SampleRow[];
  records: Records;
  published: Published;
  /** Commit of the code that made the results. */
  commit: string;
}

export const sourcesOf = ({ results, samples, records, published }: RunData): Sources => ({
  results,
  samples,
  records,
  published,
  findings: auditNumbers(results),
});

/** All documents of a run, in memory. Throws where a document shows a number that its source does not have. */
export function publication(run: RunData): Publication {
  const { results, samples, records, published } = run;
  const settings = loadReportSettings();
  const reports = Object.fromEntries(
    LANGUAGES.map((language) => [language, report(language, { results, samples, published }, settings)]),
  ) as Record<Language, ReportDocument>;
  const readmes = READMES.map(({ file, language }) => {
    const numbers: Numbers = new Map();
    const blocks = readmeBlocks(language, results, records, numbers);
    return { file, text: withBlocks(readFileSync(file, "utf8"), blocks, file), numbers };
  });
  const claims = claimsOf(
    [
      ...Object.entries(reports).map(([language, doc]) => ({
        place: join("reports", REPORT_FOLDERS[language as Language], "report.md"),
        texts: textsOf(doc),
        numbers: doc.numbers,
      })),
      ...readmes.map(({ file, text, numbers }) => ({ place: file, texts: [text], numbers })),
    ],
    sourcesOf(run),
    { commit: run.commit, machine: results.machine, profile: results.profile, seed: results.seed },
  );
  return { reports, readmes, claims };
}

/** Writes the publication of a run; gives the files written. */
export async function publish(run: Omit<RunData, "published">, out = "reports"): Promise<string[]> {
  const data = { ...run, published: loadPublished() };
  const { reports, readmes, claims } = publication(data);
  const written: string[] = [];
  const write = (file: string, text: string) => {
    writeFileAtomic(file, text);
    written.push(file);
  };
  write(join(out, "results.json"), `${JSON.stringify(data.results)}\n`);
  write(join(out, "samples.jsonl"), data.samples.map((row) => `${JSON.stringify(row)}\n`).join(""));
  write(join(out, "records.json"), `${JSON.stringify(data.records, null, 1)}\n`);
  for (const { file, text } of readmes) write(file, unmarked(text));
  write("data/claims.json", claimsFile(claims));
  for (const [language, doc] of Object.entries(reports)) {
    written.push(...(await writeReport(doc, join(out, REPORT_FOLDERS[language as Language]))));
  }
  return written;
}
