// The parts of README and docs/results that hold numbers, in both languages: tables and findings as Markdown, written between markers.
import type { Metric } from "../../metrics/metric";
import { COMPARED, PRIMARY } from "../../metrics/registry";
import type { TestSet } from "../../results/scores";
import { seedRows } from "../../results/seeds";
import type { StudyResults } from "../../results/study-results";
import { inOrder, type SystemId, systemsOf } from "../../results/systems";
import { contrast, measuredIn, publishedOrderings, score, seedsWithOrder } from "../findings";
import { bytes, fixed, type TimeWords, withInterval } from "../format";
import type { Names } from "../names";
import { type Amount, pathOf, quantity } from "../quantity";
import { quoted } from "../quoted";
import type { Records } from "../records";
import type { InterpretationWords } from "../sections/interpretation";
import { TEST_SETS } from "../sections/results";
import { type LighterTableWords, lighterTable } from "./lighter";
import { table } from "./table";

export interface ReadmeWords {
  names: Names;
  interpretation: Pick<InterpretationWords, "orders" | "control">;
  time: TimeWords;
  /** About the run: sizes of the models, seed. */
  run(facts: { smallest: string; largest: string; seed: string }): string;
  scores: [system: string, items: string];
  seeds: { seed: string; items: string; intro: string; none: string };
  lighter: LighterTableWords;
  measured: {
    heading: [string, string];
    study: string;
    slowest(notebook: string): string;
    tests: (passed: string, failed: string) => string;
    testsLabel: string;
    clone: string;
    installed: string;
    none: string;
    on(machine: string, node: string): string;
  };
}

/** The two test sets, apart. */
const SIDES = ["in-domain", "other"] as const;

/** The distilled student against the control, in the primary metrics on both test sets. */
const controlPairs = (results: StudyResults) =>
  SIDES.flatMap((side) =>
    measuredIn(results, PRIMARY).map(({ id }) => contrast(results, "distilled", "full-student", side, id)),
  );

const three = (amount: Amount | undefined): string => (amount === undefined ? "–" : fixed(amount, 3));

/** A system's value of a metric on a test set; with its interval for the first metric alone: more make a table too wide to read. */
function scoreText(results: StudyResults, system: SystemId, set: TestSet, metric: Metric): string {
  const end = (which: 0 | 1) =>
    metric === PRIMARY[0]
      ? quantity({ results }, pathOf("results", "systems", system, "interval95", set, metric.id, which))
      : undefined;
  return withInterval(metric, score(results, system, set, metric.id), end(0), end(1));
}

const scoreHeading = (names: Names, metric: Metric): string =>
  `${names.metric(metric.id)}${metric === PRIMARY[0] ? " [95 %]" : ""}`;

function scoreTable(results: StudyResults, { names, scores }: ReadmeWords): string {
  const metrics = measuredIn(results, COMPARED);
  const items = (system: SystemId, set: TestSet) =>
    fixed(quantity({ results }, pathOf("results", "systems", system, "items", set)) ?? Number.NaN, 0);
  return table(
    [...scores, ...metrics.map((metric) => scoreHeading(names, metric))],
    TEST_SETS.flatMap((set) =>
      inOrder(results.systems, systemsOf(results)).map(({ system }) => [
        names.system(system),
        `${names.testSet(set)} ${items(system, set)}`,
        ...metrics.map((metric) => scoreText(results, system, set, metric)),
      ]),
    ),
  );
}

/** The table of the first screen: the primary metrics on both test sets, and what the teacher brought. */
function summary(results: StudyResults, words: ReadmeWords): string {
  const { names, scores, interpretation } = words;
  const columns = measuredIn(results, PRIMARY).flatMap((metric) => SIDES.map((side) => ({ metric, side })));
  const headings = columns.map(
    ({ metric, side }) => `${scoreHeading(names, metric)}, ${names.testSet(side)}`,
  );
  const rows = inOrder(results.systems, systemsOf(results)).map(({ system }) => [
    names.system(system),
    ...columns.map(({ metric, side }) => scoreText(results, system, side, metric)),
  ]);
  const control = interpretation.control.summary(controlPairs(results));
  return `${table([scores[0], ...headings], rows)}\n\n${control}`;
}

function seedTable(results: StudyResults, { names, seeds }: ReadmeWords): string {
  const seedsRun = seedRows(results);
  if (seedsRun.length < 2) return seeds.none;
  const systems = inOrder(results.systems, systemsOf(results)).map(({ system }) => system);
  const at = (seed: number, ...keys: string[]) =>
    quantity({ results }, pathOf("results", ...(seed === results.seed ? [] : ["seeds", seed]), ...keys));
  const rows = SIDES.flatMap((set) =>
    seedsRun.map(({ seed }) => [
      fixed(at(seed, "seed") ?? seed, 0),
      names.testSet(set),
      ...systems.map((system) => three(at(seed, "systems", system, "scores", set, "rouge1.whitespace"))),
    ]),
  );
  return `${seeds.intro}\n\n${table([seeds.seed, seeds.items, ...systems.map((system) => names.system(system))], rows)}`;
}

function findings(results: StudyResults, { interpretation }: ReadmeWords): string {
  return [
    ...publishedOrderings(results, "in-domain", "rouge1.whitespace").map((step) =>
      interpretation.orders.ordering(step),
    ),
    interpretation.control.summary(controlPairs(results)),
    ...SIDES.map((side) =>
      interpretation.orders.seeds(
        "distilled",
        "full-student",
        side,
        seedsWithOrder(results, "distilled", "full-student", side),
      ),
    ),
  ]
    .map((sentence) => `- ${sentence}`)
    .join("\n");
}

function measured(records: Records, { measured: words, time }: ReadmeWords): string {
  const at = (...path: string[]) => quantity({ records }, pathOf("records", ...path));
  const long = (amount: Amount | undefined) =>
    amount === undefined ? "–" : fixed(amount, 0) + time.seconds("");
  const rows: string[][] = [];
  if (records.study) {
    const { machine } = records.study;
    rows.push([
      words.study,
      `${long(at("study", "seconds"))}; ${words.on(quoted(machine.processor ?? ""), quoted(machine.node ?? ""))}`,
    ]);
    const slowest = Object.entries(records.study.notebooks).sort((a, b) => b[1] - a[1])[0];
    if (slowest) rows.push([words.slowest(slowest[0]), long(at("study", "notebooks", slowest[0]))]);
    for (const key of ["clone", "installed"] as const) {
      const size = at("study", key);
      if (size) rows.push([words[key], bytes(size)]);
    }
  }
  if (records.tests) {
    const count = (key: string) => fixed(at("tests", key) ?? Number.NaN, 0);
    rows.push([
      words.testsLabel,
      `${long(at("tests", "seconds"))}; ${words.tests(count("passed"), count("failed"))}`,
    ]);
  }
  return rows.length > 0 ? table(words.heading, rows) : words.none;
}

/** The generated parts by name, with the marks of their numbers. */
export function readmeBlocks(
  words: ReadmeWords,
  results: StudyResults,
  records: Records,
): Record<string, string> {
  const size = (formula: string) =>
    fixed(quantity({ results }, `${formula}(results/models/*/parameters)`) ?? Number.NaN, 0);
  return {
    run: words.run({
      smallest: size("min"),
      largest: size("max"),
      seed: fixed(quantity({ results }, "results/seed") ?? Number.NaN, 0),
    }),
    summary: summary(results, words),
    scores: scoreTable(results, words),
    seeds: seedTable(results, words),
    findings: findings(results, words),
    lighter: lighterTable(results, words.lighter),
    measured: measured(records, words),
  };
}

const opening = (name: string) => `<!-- generated: ${name} -->`;
const closing = (name: string) => `<!-- end: ${name} -->`;

/** A README with its parts put in between their markers. Throws when a marker is missing or a part is unknown. */
export function withBlocks(readme: string, blocks: Record<string, string>, file: string): string {
  const known = [...readme.matchAll(/<!-- generated: ([\w-]+) -->/g)].map((match) => match[1]!);
  const unknown = known.find((name) => !(name in blocks));
  if (unknown)
    throw new Error(`${file}: no generated part "${unknown}"; known are ${Object.keys(blocks).join(", ")}.`);
  let text = readme;
  for (const name of known) {
    const from = text.indexOf(opening(name));
    const to = text.indexOf(closing(name), from);
    if (to < 0) throw new Error(`${file}: ${opening(name)} has no ${closing(name)} after it.`);
    text = `${text.slice(0, from + opening(name).length)}\n${blocks[name]}\n${text.slice(to)}`;
  }
  return text;
}
