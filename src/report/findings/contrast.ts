// Two systems in one metric on one test set: who came out higher, by the significance test, with the numbers of it.
import type { Metric } from "../../metrics/metric";
import { metricOf } from "../../metrics/registry";
import type { TestSet } from "../../results/scores";
import type { StudyResults } from "../../results/study-results";
import type { SystemId } from "../../results/systems";
import { type Finding, joined, type Said, say } from "../catalogue/said";
import { metricDifference, metricSize, metricValue, pValue } from "../format";
import { nameOf, nameOfMetric, nameOfTestSet } from "../names";
import { derived, type Origin, type Place, place } from "../origin";
import type { Quantity } from "../quantity";
import { scoreAt, scoreOf, systemResult } from "./scores";

/** `difference` is left minus right, the verdict that of the significance test. */
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
  /** Where the significance test stands in the results, and whether it has the two sides the other way round. */
  test: Place | undefined;
  turned: boolean;
}

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
    test: place("results", "comparisons", `${test.a}:${test.b}:${testSet}:${metric}`),
    turned,
  };
}

/** The numbers of a contrast with their origin. */
export function amounts(pair: Contrast) {
  const known = (origin: Origin, value: number | undefined): Quantity | undefined =>
    value === undefined || !Number.isFinite(value) ? undefined : { origin, value };
  const [left, right] = [pair.left, pair.right].map((system) =>
    scoreAt(system, pair.testSet, pair.metric),
  ) as [Place, Place];
  const tested = (...field: (string | number)[]) => place(...(pair.test?.keys ?? []), ...field);
  const signedTest = (...field: (string | number)[]) =>
    pair.turned ? derived("negative", tested(...field)) : tested(...field);
  const ends = pair.turned ? [1, 0] : [0, 1];
  return {
    left: known(left, pair.leftValue),
    right: known(right, pair.rightValue),
    difference: known(
      pair.test === undefined ? derived("difference", left, right) : signedTest("difference"),
      pair.difference,
    ),
    interval95: pair.interval95?.map((value, i) => known(signedTest("interval95", ends[i]!), value)),
    pHolm: known(tested("pHolm"), pair.pHolm),
    detectable: known(tested("detectable"), pair.detectable),
    ratio: known(
      derived("ratio", left, right),
      (pair.leftValue ?? Number.NaN) / (pair.rightValue ?? Number.NaN),
    ),
  };
}

const measured = (metric: Metric, value: Quantity | undefined): Said =>
  value === undefined ? say("notMeasured") : metricValue(metric, value);

/** The evidence of a contrast in brackets: values, difference, interval, corrected p. */
export function evidence(pair: Contrast): Finding {
  const { left, right, difference, interval95, pHolm } = amounts(pair);
  const metric = metricOf(pair.metric);
  const parts: Said[] = [
    say("evidence.values", { left: measured(metric, left), right: measured(metric, right) }),
  ];
  if (difference !== undefined) {
    const points = metricDifference(metric, difference);
    const said = say("evidence.difference", {
      difference: metric.unit === "share" ? say("points", { points }) : points,
    });
    const [low, high] = (interval95 ?? []).map((end) => metricDifference(metric, end));
    parts.push(low && high ? [said, say("interval", { low, high })] : said);
  }
  if (pHolm !== undefined) parts.push(say("evidence.p", { p: pValue(pHolm) }));
  return say("evidence", { parts: joined(parts, "; ") });
}

/** After a tie: the smallest difference that the test could have seen. */
export function detectableNote(pair: Contrast): Finding[] {
  const { detectable } = amounts(pair);
  return detectable === undefined
    ? []
    : [say("evidence.detectable", { size: metricSize(metricOf(pair.metric), detectable) })];
}

/** Where a contrast holds: the test set and the metric. */
export const where = ({ testSet, metric }: Contrast) => ({
  set: nameOfTestSet(testSet),
  metric: nameOfMetric(metric),
});

/** Who came out higher, in one sentence with its evidence. */
export const contrastFinding = (results: StudyResults, pair: Contrast): Finding =>
  say(`contrast.${pair.verdict}`, {
    ...where(pair),
    ...{ left: nameOf(results, pair.left), right: nameOf(results, pair.right), evidence: evidence(pair) },
  });
