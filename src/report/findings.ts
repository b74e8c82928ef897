// What the numbers say, as facts without words: orderings, the control, the metrics' disagreement, forgetting.
// The sentences of a language are made from these, so a sentence can only say what a rule here found.
import type { Metric } from "../metrics/metric";
import type { SampleRow } from "../results/samples";
import type { SystemResult, TestSet } from "../results/scores";
import { seedRows } from "../results/seeds";
import type { StudyResults } from "../results/study-results";
import { inOrder, type SystemId, systemsOf } from "../results/systems";
import { spearman } from "../statistics/correlation";
import { discordantPairs, pathOf, type Quantity, quantity } from "./quantity";

/** Two systems in one metric on one test set; `difference` is left minus right, the verdict that of the significance test. */
export interface Contrast {
  left: SystemId;
  right: SystemId;
  testSet: TestSet;
  metric: string;
  leftValue: number | undefined;
  rightValue: number | undefined;
  difference: number | undefined;
  interval95: [number, number] | undefined;
  pHolm: number | undefined;
  detectable: number | undefined;
  verdict: "left" | "right" | "tie" | "unmeasured";
  /** Path of the significance test in the results, and whether it has the two sides the other way round. */
  test: string | undefined;
  turned: boolean;
}

/** What the published table has, and what came of it here. */
export interface Ordering {
  expected: "far-above" | "above" | "near";
  outcome: "holds" | "less-far" | "tie" | "reversed" | "small-gap" | "gap" | "above" | "unmeasured";
  contrast: Contrast;
}

/** "Far above" as in the published table asks for at least twice the score; "near" for at least 95 % of it. */
const FAR = 2;
const NEAR = 0.95;

/** A system's score under a metric's id; undefined where it was not measured. */
export const scoreOf = (
  result: SystemResult | undefined,
  testSet: TestSet,
  metric: string,
): number | undefined => result?.scores[testSet][metric] ?? undefined;

/** The id of the number that `scoreOf` reads. */
export const scoreId = (system: SystemId, testSet: TestSet, metric: string): string =>
  pathOf("results", "systems", system, "scores", testSet, metric);

/** Those of the metrics that a run has measured. */
export const measuredIn = ({ systems }: StudyResults, metrics: readonly Metric[]): Metric[] =>
  metrics.filter(({ id }) => systems.some(({ scores }) => id in scores.all));

/** A system's score with its origin. */
export function score(
  results: StudyResults,
  system: SystemId,
  testSet: TestSet,
  metric: string,
): Quantity | undefined {
  return quantity({ results }, scoreId(system, testSet, metric));
}

/** The row of a system, if the run has it. */
export const systemResult = (results: StudyResults, system: SystemId) =>
  results.systems.find((row) => row.system === system);

/** Looks a pair up among the comparisons, in either order. */
export function contrast(
  results: StudyResults,
  left: SystemId,
  right: SystemId,
  testSet: TestSet,
  metric: string,
): Contrast {
  const leftValue = scoreOf(systemResult(results, left), testSet, metric);
  const rightValue = scoreOf(systemResult(results, right), testSet, metric);
  const base = { left, right, testSet, metric, leftValue, rightValue };
  const test = results.comparisons.find(
    (row) =>
      row.testSet === testSet &&
      row.metric === metric &&
      ((row.a === left && row.b === right) || (row.a === right && row.b === left)),
  );
  if (!test) {
    const none = {
      ...{ interval95: undefined, pHolm: undefined, detectable: undefined },
      ...{ test: undefined, turned: false },
    };
    const difference =
      leftValue !== undefined && rightValue !== undefined ? leftValue - rightValue : undefined;
    return { ...base, ...none, difference, verdict: "unmeasured" };
  }
  const turned = test.a !== left;
  const winner = test.verdict === "tie" ? "tie" : (test.verdict === "a") !== turned ? "left" : "right";
  const interval = test.interval95;
  return {
    ...base,
    difference: turned ? -test.difference : test.difference,
    interval95: interval && (turned ? [-interval[1], -interval[0]] : interval),
    pHolm: test.pHolm,
    detectable: test.detectable,
    verdict: winner,
    test: pathOf("results", "comparisons", `${test.a}:${test.b}:${testSet}:${metric}`),
    turned,
  };
}

/** The numbers of a contrast with their origin. */
export function amounts(pair: Contrast) {
  const known = (id: string, value: number | undefined): Quantity | undefined =>
    value === undefined || !Number.isFinite(value) ? undefined : { id, value };
  const [left, right] = [pair.left, pair.right].map((system) =>
    scoreId(system, pair.testSet, pair.metric),
  ) as [string, string];
  const tested = (field: string) => `${pair.test}/${field}`;
  const signedTest = (field: string) => (pair.turned ? `negative(${tested(field)})` : tested(field));
  const ends = pair.turned ? [1, 0] : [0, 1];
  return {
    left: known(left, pair.leftValue),
    right: known(right, pair.rightValue),
    difference: known(
      pair.test === undefined ? `difference(${left},${right})` : signedTest("difference"),
      pair.difference,
    ),
    interval95: pair.interval95?.map((value, i) => known(signedTest(`interval95/${ends[i]}`), value)),
    pHolm: known(tested("pHolm"), pair.pHolm),
    detectable: known(tested("detectable"), pair.detectable),
    ratio: known(`ratio(${left},${right})`, (pair.leftValue ?? Number.NaN) / (pair.rightValue ?? Number.NaN)),
  };
}

function ordering(expected: Ordering["expected"], pair: Contrast): Ordering {
  const ratio = (pair.leftValue ?? Number.NaN) / (pair.rightValue ?? Number.NaN);
  const outcome = (): Ordering["outcome"] => {
    if (pair.verdict === "unmeasured") return "unmeasured";
    if (expected === "near") {
      if (pair.verdict === "tie") return "holds";
      if (pair.verdict === "left") return "above";
      return ratio >= NEAR ? "small-gap" : "gap";
    }
    if (pair.verdict === "tie") return "tie";
    if (pair.verdict === "right") return "reversed";
    return expected === "far-above" && ratio < FAR ? "less-far" : "holds";
  };
  return { expected, outcome: outcome(), contrast: pair };
}

/** The published ordering, step by step: untuned << LoRA student < distilled ~ LoRA teacher. */
export function publishedOrderings(results: StudyResults, testSet: TestSet, metric: string): Ordering[] {
  return [
    ordering("far-above", contrast(results, "lora-student", "untuned", testSet, metric)),
    ordering("above", contrast(results, "distilled", "lora-student", testSet, metric)),
    ordering("near", contrast(results, "distilled", "lora-teacher", testSet, metric)),
  ];
}

/** On how many seeds the means have each of the two orders that a mean can have (nearness is no question of order). */
export function seedsWithOrder(
  results: StudyResults,
  higher: SystemId,
  lower: SystemId,
  testSet: TestSet,
): { seeds: Quantity; holds: Quantity } | undefined {
  const of = (system: SystemId) => {
    const own = scoreId(system, testSet, "rouge1.whitespace");
    return `list(${own},${own.replace("results/", "results/seeds/*/")})`;
  };
  const [a, b] = [of(higher), of(lower)];
  const count = (system: string) => quantity({ results }, `count(${system})`);
  const [seeds, others] = [count(a), count(b)];
  const rows = seedRows(results).length;
  if (!seeds || rows < 2 || seeds.value !== rows || others?.value !== rows) return undefined;
  return { seeds, holds: quantity({ results }, `above(${a},${b})`)! };
}

export interface Disagreement {
  systems: Quantity;
  /** Rank of the untuned model, 1 = best. */
  untunedByRouge: Quantity;
  untunedByBertscore: Quantity;
  pairs: Quantity;
  discordant: Quantity;
  discordantSystems: [SystemId, SystemId][];
}

/** Pairs of systems that ROUGE-1 (whitespace) and BERTScore F1 put in opposite orders. */
export function disagreement(results: StudyResults, testSet: TestSet): Disagreement | undefined {
  const metrics = ["rouge1.whitespace", "bertscore.f"] as const;
  const systems = results.systems.map((row) => row.system);
  const [rouge, bert] = metrics.map((metric) =>
    results.systems.map((row) => scoreOf(row, testSet, metric)),
  ) as [(number | undefined)[], (number | undefined)[]];
  if (!systems.includes("untuned") || [...rouge, ...bert].includes(undefined)) return undefined;
  const of = (metric: string, system: string) =>
    scoreId("untuned", testSet, metric).replace("/untuned/", `/${system}/`);
  const [all, untuned] = ["*", "untuned"].map((system) => metrics.map((metric) => of(metric, system))) as [
    [string, string],
    [string, string],
  ];
  const read = (id: string) => quantity({ results }, id)!;
  return {
    systems: read(`count(${all[0]})`),
    untunedByRouge: read(`rank(${all[0]},${untuned[0]})`),
    untunedByBertscore: read(`rank(${all[1]},${untuned[1]})`),
    pairs: read(`pairs(${all[0]})`),
    discordant: read(`discordant(${all[0]},${all[1]})`),
    discordantSystems: discordantPairs(rouge as number[], bert as number[]).map(([i, j]) => [
      systems[i]!,
      systems[j]!,
    ]),
  };
}

/** Rank correlation of an output's characters with its score, over all outputs of all systems. */
export function lengthLink(
  samples: SampleRow[],
  metric: string,
): { outputs: Quantity; rho: Quantity } | undefined {
  const points = samples.flatMap((row) =>
    (Object.keys(row.outputs) as SystemId[]).flatMap((id) => {
      const value = row.scores[id]?.[metric];
      return value === undefined ? [] : [[[...row.outputs[id]!].length, value]];
    }),
  );
  if (points.length < 3) return undefined;
  const [characters, scores] = [points.map(([length]) => length!), points.map(([, value]) => value!)];
  const rho = spearman(characters, scores);
  if (!Number.isFinite(rho)) return undefined;
  const path = pathOf("samples", "*", "scores", "*", metric).replace(/~1/g, "/");
  return {
    outputs: { id: `count(${path})`, value: points.length },
    rho: { id: `spearman(characters(samples/*/outputs/*),${path})`, value: rho },
  };
}

export interface Forgetting {
  system: SystemId;
  inDomain: Quantity;
  other: Quantity;
  /** The score outside as a share of that inside. */
  share: Quantity | undefined;
  againstUntuned: Contrast;
}

/** Each tuned system's ROUGE-1 (whitespace) inside and outside its field, and against the untuned model outside. */
export function forgetting(results: StudyResults): Forgetting[] {
  return inOrder(results.systems, systemsOf(results)).flatMap((row) => {
    const inDomain = score(results, row.system, "in-domain", "rouge1.whitespace");
    const other = score(results, row.system, "other", "rouge1.whitespace");
    if (row.system === "untuned" || !inDomain || !other) return [];
    const share = inDomain.value > 0 ? quantity({ results }, `ratio(${other.id},${inDomain.id})`) : undefined;
    const againstUntuned = contrast(results, row.system, "untuned", "other", "rouge1.whitespace");
    return [{ system: row.system, inDomain, other, share, againstUntuned }];
  });
}
