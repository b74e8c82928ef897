// What the numbers say, as facts without words: orderings, the control, the metrics' disagreement, forgetting.
// The sentences of a language are made from these, so a sentence can only say what a rule here found.
import type { StudyResults, SystemId, SystemResult, TestSet } from "../evaluation/results";
import type { SampleRow } from "../evaluation/samples";
import { inSystemOrder } from "../figures/systems";

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

/** "rouge1.subword:a.b" -> ["rouge1", "subword:a.b"]. */
export function splitMetric(metric: string): [family: string, detail: string] {
  const dot = metric.indexOf(".");
  return dot < 0 ? [metric, ""] : [metric.slice(0, dot), metric.slice(dot + 1)];
}

/** The score of a system under a metric name as in `interval95` ("rouge1.whitespace", "bertscore.f", "keptFacts"). */
export function scoreOf(
  result: SystemResult | undefined,
  testSet: TestSet,
  metric: string,
): number | undefined {
  const scores = result?.scores[testSet];
  if (!scores) return undefined;
  const [family, detail] = splitMetric(metric);
  const value =
    family === "keptFacts" || family === "inventedFacts"
      ? scores[family]
      : family === "bertscore"
        ? scores.bertscore[detail as "precision" | "recall" | "f"]
        : scores.rouge[detail]?.[family as "rouge1"]?.f;
  // A score that was NaN is null in JSON.
  return Number.isFinite(value) ? value : undefined;
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
    const none = { interval95: undefined, pHolm: undefined, detectable: undefined };
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
): { seeds: number; holds: number } | undefined {
  if (!results.seeds || results.seeds.length < 2) return undefined;
  const values = results.seeds.map(({ systems }) =>
    [higher, lower].map((id) =>
      scoreOf(
        systems.find((row) => row.system === id),
        testSet,
        "rouge1.whitespace",
      ),
    ),
  );
  if (values.some((pair) => pair.some((value) => value === undefined))) return undefined;
  return { seeds: values.length, holds: values.filter(([a, b]) => a! > b!).length };
}

export interface Disagreement {
  systems: number;
  /** Rank of the untuned model, 1 = best. */
  untunedByRouge: number;
  untunedByBertscore: number;
  pairs: number;
  discordant: [SystemId, SystemId][];
}

/** Pairs of systems that ROUGE-1 (whitespace) and BERTScore F1 put in opposite orders. */
export function disagreement(results: StudyResults, testSet: TestSet): Disagreement | undefined {
  const rows = results.systems.map((row) => ({
    system: row.system,
    rouge: scoreOf(row, testSet, "rouge1.whitespace"),
    bert: scoreOf(row, testSet, "bertscore.f"),
  }));
  const untuned = rows.find((row) => row.system === "untuned");
  if (!untuned || rows.some((row) => row.rouge === undefined || row.bert === undefined)) return undefined;
  const discordant: [SystemId, SystemId][] = [];
  let pairs = 0;
  rows.forEach((a, i) => {
    for (const b of rows.slice(i + 1)) {
      pairs += 1;
      if ((a.rouge! - b.rouge!) * (a.bert! - b.bert!) < 0) discordant.push([a.system, b.system]);
    }
  });
  return {
    systems: rows.length,
    untunedByRouge: 1 + rows.filter((row) => row.rouge! > untuned.rouge!).length,
    untunedByBertscore: 1 + rows.filter((row) => row.bert! > untuned.bert!).length,
    pairs,
    discordant,
  };
}

function ranks(values: number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const out = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end + 1 < order.length && values[order[end + 1]!] === values[order[start]!]) end += 1;
    for (let k = start; k <= end; k++) out[order[k]!] = (start + end) / 2 + 1;
    start = end + 1;
  }
  return out;
}

/** Spearman's rank correlation, ties at mean rank; NaN where a side is constant. */
export function spearman(x: number[], y: number[]): number {
  const [rx, ry] = [ranks(x), ranks(y)];
  const mean = (x.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  rx.forEach((r, i) => {
    const [dx, dy] = [r - mean, ry[i]! - mean];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  });
  return xy / Math.sqrt(xx * yy);
}

/** Rank correlation of an output's characters with its score, over all outputs of all systems. */
export function lengthLink(
  samples: SampleRow[],
  metric: string,
): { outputs: number; rho: number } | undefined {
  const points = samples.flatMap((row) =>
    (Object.keys(row.outputs) as SystemId[]).flatMap((id) => {
      const score = row.scores[id]?.[metric];
      return score === undefined ? [] : [[[...row.outputs[id]].length, score] as const];
    }),
  );
  if (points.length < 3) return undefined;
  const rho = spearman(
    points.map(([length]) => length),
    points.map(([, score]) => score),
  );
  return Number.isFinite(rho) ? { outputs: points.length, rho } : undefined;
}

export interface Forgetting {
  system: SystemId;
  inDomain: number;
  other: number;
  againstUntuned: Contrast;
}

/** Each tuned system's ROUGE-1 (whitespace) inside and outside its field, and against the untuned model outside. */
export function forgetting(results: StudyResults): Forgetting[] {
  return inSystemOrder(results.systems).flatMap((row) => {
    const inDomain = scoreOf(row, "in-domain", "rouge1.whitespace");
    const other = scoreOf(row, "other", "rouge1.whitespace");
    if (row.system === "untuned" || inDomain === undefined || other === undefined) return [];
    const againstUntuned = contrast(results, row.system, "untuned", "other", "rouge1.whitespace");
    return [{ system: row.system, inDomain, other, againstUntuned }];
  });
}
