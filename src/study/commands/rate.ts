// People's judgement. Run: npm run rate -- make --out rating, then npm run rate -- read --out rating rater-1.xlsx rater-2.json
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { readMarks } from "../../analysis/rating/marks";
import { CRITERIA, planRatings, type RatingKey } from "../../analysis/rating/plan";
import { type RatingResults, ratingResults } from "../../analysis/rating/results";
import { ratingPage, ratingWorkbook } from "../../analysis/rating/sheets";
import { writeFileAtomic } from "../../base/atomic-write";
import type { SampleRow } from "../../results/samples";
import { ROOT } from "../stage";
import { wholeNumber } from "./whole-number";

const SAMPLES = join(ROOT, "reports/samples.jsonl");

const readSamples = (file: string): SampleRow[] =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as SampleRow);

interface MakeOptions {
  samples: string;
  out: string;
  key?: string;
  items: number;
  raters: number;
  seed: string;
}

function make({ samples, out, key = `${out}-key.json`, items, raters, seed }: MakeOptions): void {
  const plan = planRatings(readSamples(samples), { items, raters, seed: Number(seed) });
  mkdirSync(out, { recursive: true });
  plan.sheets.forEach((texts, i) => {
    const rater = `rater-${i + 1}`;
    writeFileAtomic(join(out, `${rater}.xlsx`), ratingWorkbook(texts));
    writeFileAtomic(join(out, `${rater}.html`), ratingPage(rater, texts));
  });
  writeFileAtomic(key, `${JSON.stringify(plan.key, null, 1)}\n`);
  console.log(
    `${out}: ${raters} sheets of ${plan.sheets[0]!.length} summaries of ${items} items, each as .xlsx and .html. ` +
      `${key} says whose they are: keep it from the raters.`,
  );
}

const number = (value: number | null, digits = 3): string => value?.toFixed(digits) ?? "–";
const interval = (ends: readonly number[] | null): string =>
  ends ? `[${ends.map((end) => number(end)).join(", ")}]` : "";

function describe(results: RatingResults): string {
  const label = (id: string) => CRITERIA.find((one) => one.id === id)!.label;
  return [
    "Krippendorff's alpha (ordinal), 95 % over texts:",
    ...results.agreement.map(
      (one) => `  ${label(one.criterion)}  ${number(one.alpha)} ${interval(one.interval95)}`,
    ),
    "Means:",
    ...results.means.map(
      (one) =>
        `  ${one.system}  ${label(one.criterion)}  ${number(one.mean, 2)} ${interval(one.interval95)} (${one.texts} texts)`,
    ),
    "Wins (ties half):",
    ...results.wins.map((one) => `  ${one.a} over ${one.b}  ${number(one.share)} of ${one.compared}`),
    results.strengths
      ? "Bradley-Terry strengths:"
      : "No Bradley-Terry strengths: a system won, or lost, every comparison with the others.",
    ...(results.strengths ?? []).map((one) => `  ${one.system}  ${number(one.strength)}`),
    "Spearman's rho with the mean mark, 95 % over items:",
    ...results.correlations.map((one) => `  ${one.metric}  ${number(one.rho)} ${interval(one.interval95)}`),
  ].join("\n");
}

function read(
  files: string[],
  { key, samples, json }: { key: string; samples: string; json?: boolean },
): void {
  const known = JSON.parse(readFileSync(key, "utf8")) as RatingKey;
  if (known.version !== 1) throw new Error(`${key}: expected a key of version 1, found ${known.version}.`);
  const { marks, raters, missing, notes } = readMarks(files, known);
  if (marks.length === 0)
    throw new Error(
      `${files.join(", ")}: expected marks of raters, found none in ${missing} fields: have the sheets been filled in and saved?`,
    );
  const results = ratingResults(marks, raters, known, readSamples(samples));
  if (json) console.log(JSON.stringify({ raters, marks: marks.length, missing, notes, ...results }, null, 1));
  else
    console.log(
      [
        describe(results),
        `${marks.length} marks of ${raters.length} raters, ${missing} missing.`,
        ...notes,
      ].join("\n"),
    );
}

export function define(command: Command): Command {
  command
    .command("make")
    .description("Writes blind, shuffled sheets for raters (Excel and a page), and the key beside them.")
    .requiredOption("--out <folder>", "where the sheets go")
    .option("--key <file>", "where the key goes; else the folder's name with -key.json")
    .option("--samples <file>", "samples.jsonl of a run", SAMPLES)
    .option("--items <n>", "items to draw", wholeNumber(Infinity), 20)
    .option("--raters <n>", "sheets to write", wholeNumber(Infinity), 3)
    .option("--seed <n>", "of the draw and the orders", "0")
    .action(make);
  command
    .command("read")
    .description("Reads sheets back: agreement, means, wins, and how far each metric follows people.")
    .argument("<files...>", "raters' .xlsx, .csv or the page's .json")
    .requiredOption("--key <file>", "the key that make wrote")
    .option("--samples <file>", "samples.jsonl of the same run", SAMPLES)
    .option("--json", "print one JSON object")
    .action(read);
  return command;
}
