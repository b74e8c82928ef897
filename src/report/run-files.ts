// The files that a run leaves for the report: tables, samples, and what was made beside them later.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { committed, parseJsonAt, readJson, requireFields } from "../base/json-file";
import type { LighterResults } from "../results/lighter";
import type { SampleRow } from "../results/samples";
import { otherRun, type SeedRecord } from "../results/seeds";
import type { StudyResults } from "../results/study-results";
import { withoutMarks } from "./marks";

export interface RunFiles {
  results: StudyResults;
  samples: SampleRow[];
  /** What lay beside the run and is of another: a line each, with what makes it anew. */
  leftOut: string[];
}

/** The fields of results.json without which there is no report. */
const TABLES = "profile seed machine counts models recipes systems comparisons training calls".split(" ");

/** What brings a run's file back: git those of reports/, a command all others. */
const remedyOf = (folder: string, file: string, command: string): string =>
  resolve(folder) === resolve("reports")
    ? committed(join("reports", file))
    : `${command} writes it anew from the run's finished stages.`;

/** The tables of a run; throws where its own seed stands among the others', as two runs of one seed cannot both be it. */
function tables(folder: string, remedy: string): StudyResults {
  const path = join(folder, "results.json");
  if (!existsSync(path)) throw new Error(`${path} does not exist. \`npm run study\` makes a run. ${remedy}`);
  const results = withoutMarks(readJson<StudyResults>(path, remedy));
  requireFields(results, TABLES, path, remedy);
  if (results.seeds?.some(({ seed }) => seed === results.seed)) {
    throw new Error(
      `${path}: seed ${results.seed} is the run's own and stands once more among its seeds. ${remedy} \`npm run seeds\` records the other seeds beside it.`,
    );
  }
  return results;
}

function samplesOf(folder: string, remedy: string): SampleRow[] {
  const path = join(folder, "samples.jsonl");
  if (!existsSync(path)) throw new Error(`${path} does not exist. ${remedy}`);
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line, i) =>
      line.trim() === "" ? [] : [withoutMarks(parseJsonAt<SampleRow>(line, `${path}:${i + 1}`, remedy))],
    );
}

/** Reads a run's folder: results.json, samples.jsonl and, if they are of the same run, lighter.json and seeds.json. */
export function readRun(folder: string): RunFiles {
  const stage = "`npm run stage -- results` (with the run's --profile)";
  const results = tables(folder, remedyOf(folder, "results.json", stage));
  const leftOut: string[] = [];
  /** Takes over a file made later, where there is one, unless `differs` tells that it is of another run. */
  const later = <T>(
    file: string,
    command: string,
    differs: (found: T) => string | undefined,
  ): T | undefined => {
    const path = join(folder, file);
    if (!existsSync(path)) return undefined;
    const found = withoutMarks(readJson<T>(path, remedyOf(folder, file, command)));
    const why = differs(found);
    if (why === undefined) return found;
    leftOut.push(`${path} is of another run (${why}) and is left out; ${command} makes it anew.`);
    return undefined;
  };
  const lighter = later<LighterResults>("lighter.json", "`npm run notebook -- 09`", ({ model }) =>
    model === results.provenance?.models.distilled ? undefined : "another distilled student",
  );
  const record = later<SeedRecord>("seeds.json", "`npm run seeds`", (found) => otherRun(found, results));
  return {
    results: { ...results, ...(lighter && { lighter }), ...(record && { seeds: record.seeds }) },
    samples: samplesOf(folder, remedyOf(folder, "samples.jsonl", stage)),
    leftOut,
  };
}
