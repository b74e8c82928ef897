// The parts of README and docs/results that hold numbers, in both languages: tables and findings as Markdown, written between markers.
import type { Language } from "../../base/language";
import type { Metric } from "../../metrics/metric";
import { COMPARED, PRIMARY } from "../../metrics/registry";
import type { TestSet } from "../../results/scores";
import { seedRows } from "../../results/seeds";
import type { StudyResults } from "../../results/study-results";
import { inOrder, type SystemId, systemsOf } from "../../results/systems";
import { inWords, joined, type Said, say } from "../catalogue/said";
import { controlled, controlPairs, controlSummary } from "../findings/control";
import { orderingFinding, publishedOrderings, seedFinding } from "../findings/orderings";
import { intervalOf, measuredIn, SIDES, scoreIn, TEST_SETS } from "../findings/scores";
import { bytes, count, fixed, withInterval } from "../format";
import { quoted } from "../marks";
import { nameOf, nameOfMetric, nameOfTestSet } from "../names";
import { derived, place } from "../origin";
import { type Numbers, type Quantity, quantity } from "../quantity";
import type { Records } from "../records";
import { lighterTable } from "./lighter";
import { table, type Words } from "./table";

/** A system's value of a metric on a test set; with its interval for the first metric alone: more make a table too wide to read. */
function scoreSaid(results: StudyResults, system: SystemId, set: TestSet, metric: Metric): Said {
  const [low, high] = metric === PRIMARY[0] ? intervalOf(results, system, set, metric.id) : [];
  return withInterval(metric, scoreIn(results, system, set, metric.id), low, high);
}

const heading = (metric: Metric): Said =>
  joined([nameOfMetric(metric.id), ...(metric === PRIMARY[0] ? ["[95 %]"] : [])], " ");

const ordered = (results: StudyResults): SystemId[] =>
  inOrder(results.systems, systemsOf(results)).map(({ system }) => system);

function scoreTable(results: StudyResults, words: Words): string {
  const metrics = measuredIn(results, COMPARED);
  const items = (system: SystemId, set: TestSet) =>
    count(quantity({ results }, place("results", "systems", system, "items", set)));
  return table(
    [say("readme.system"), say("readme.items"), ...metrics.map(heading)],
    TEST_SETS.flatMap((set) =>
      ordered(results).map((system) => [
        nameOf(results, system),
        joined([nameOfTestSet(set), items(system, set)], " "),
        ...metrics.map((metric) => scoreSaid(results, system, set, metric)),
      ]),
    ),
    words,
  );
}

/** What the teacher brought, in the primary metrics on both test sets. */
const teachersPart = (results: StudyResults) =>
  controlSummary(results, controlPairs(results, measuredIn(results, PRIMARY)));

/** The table of the first screen: the primary metrics on both test sets, and what the teacher brought. */
function summary(results: StudyResults, words: Words): string {
  const columns = measuredIn(results, PRIMARY).flatMap((metric) => SIDES.map((side) => ({ metric, side })));
  const headings = columns.map(({ metric, side }): Said => [heading(metric), nameOfTestSet(side)]);
  const rows = ordered(results).map((system) => [
    nameOf(results, system),
    ...columns.map(({ metric, side }) => scoreSaid(results, system, side, metric)),
  ]);
  const head = [say("readme.system"), ...headings];
  return `${table(head, rows, words)}\n\n${words(teachersPart(results))}`;
}

function seedTable(results: StudyResults, words: Words): string {
  const seedsRun = seedRows(results);
  if (seedsRun.length < 2) return words(say("readme.seeds.none"));
  const systems = ordered(results);
  const at = (seed: number, ...keys: string[]) =>
    quantity({ results }, place("results", ...(seed === results.seed ? [] : ["seeds", seed]), ...keys));
  const rows = SIDES.flatMap((set) =>
    seedsRun.map(({ seed }) => [
      count(at(seed, "seed") ?? seed),
      nameOfTestSet(set),
      ...systems.map((system) => fixed(at(seed, "systems", system, "scores", set, "rouge1.whitespace"), 3)),
    ]),
  );
  const head = [say("readme.seed"), say("readme.items"), ...systems.map((system) => nameOf(results, system))];
  return `${words(say("readme.seeds"))}\n\n${table(head, rows, words)}`;
}

function findings(results: StudyResults, words: Words): string {
  const pair = controlled(results);
  return [
    ...publishedOrderings(results, "in-domain", "rouge1.whitespace").map((step) =>
      orderingFinding(results, step),
    ),
    teachersPart(results),
    ...(pair ? SIDES.map((side) => seedFinding(results, pair.distilled, pair.control, side)) : []),
  ]
    .map((finding) => `- ${words(finding)}`)
    .join("\n");
}

function measured(records: Records, words: Words): string {
  const at = (...path: string[]) => quantity({ records }, place("records", ...path));
  const long = (amount: Quantity | undefined): Said => say("time.seconds", { seconds: count(amount) });
  const rows: Said[][] = [];
  if (records.study) {
    const { machine } = records.study;
    const on = [quoted(machine.processor ?? ""), joined(["Node", quoted(machine.node ?? "")], " ")];
    rows.push([say("readme.study"), joined([long(at("study", "seconds")), on], "; ")]);
    const slowest = Object.entries(records.study.notebooks).sort((a, b) => b[1] - a[1])[0];
    if (slowest) {
      const [notebook] = slowest;
      rows.push([say("readme.slowest", { notebook }), long(at("study", "notebooks", notebook))]);
    }
    for (const key of ["clone", "installed"] as const) {
      const size = at("study", key);
      if (size) rows.push([say(`readme.${key}`), bytes(size)]);
    }
  }
  if (records.tests) {
    const counts = { passed: count(at("tests", "passed")), failed: count(at("tests", "failed")) };
    const said = [long(at("tests", "seconds")), say("readme.tests", counts)];
    rows.push(["`npm test`", joined(said, "; ")]);
  }
  return rows.length > 0
    ? table([say("readme.measured"), ""], rows, words)
    : words(say("readme.measured.none"));
}

/** The generated parts by name, with the marks of their numbers, which are noted. */
export function readmeBlocks(
  language: Language,
  results: StudyResults,
  records: Records,
  noted: Numbers = new Map(),
): Record<string, string> {
  const words: Words = (said) => inWords(said, language, noted);
  const size = (formula: string) =>
    count(quantity({ results }, derived(formula, place("results", "models", "*", "parameters"))));
  const seed = count(quantity({ results }, place("results", "seed")));
  return {
    run: words(say("readme.run", { smallest: size("min"), largest: size("max"), seed })),
    summary: summary(results, words),
    scores: scoreTable(results, words),
    seeds: seedTable(results, words),
    findings: findings(results, words),
    lighter: lighterTable(results, words),
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
