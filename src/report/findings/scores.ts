// The systems' scores with their origins.
import type { Metric } from "../../metrics/metric";
import type { SystemResult, TestSet } from "../../results/scores";
import type { StudyResults } from "../../results/study-results";
import type { SystemId } from "../../results/systems";
import { type Place, place } from "../origin";
import { type Quantity, quantity } from "../quantity";

/** The two test sets, apart. */
export const SIDES = ["in-domain", "other"] as const;
export const TEST_SETS: readonly TestSet[] = [...SIDES, "all"];

/** A system's score under a metric's id; undefined where it was not measured. */
export const scoreOf = (
  result: SystemResult | undefined,
  testSet: TestSet,
  metric: string,
): number | undefined => result?.scores[testSet][metric] ?? undefined;

/** The place of the number that `scoreOf` reads. */
export const scoreAt = (system: SystemId, testSet: TestSet, metric: string): Place =>
  place("results", "systems", system, "scores", testSet, metric);

/** Those of the metrics that a run has measured. */
export const measuredIn = ({ systems }: StudyResults, metrics: readonly Metric[]): Metric[] =>
  metrics.filter(({ id }) => systems.some(({ scores }) => id in scores.all));

/** A system's score with its origin. */
export const scoreIn = (
  results: StudyResults,
  system: SystemId,
  testSet: TestSet,
  metric: string,
): Quantity | undefined => quantity({ results }, scoreAt(system, testSet, metric));

/** The ends of the score's 95 % interval. */
export const intervalOf = (
  results: StudyResults,
  system: SystemId,
  testSet: TestSet,
  metric: string,
): (Quantity | undefined)[] =>
  [0, 1].map((end) =>
    quantity({ results }, place("results", "systems", system, "interval95", testSet, metric, end)),
  );

/** The row of a system, if the run has it. */
export const systemResult = (results: StudyResults, system: SystemId): SystemResult | undefined =>
  results.systems.find((row) => row.system === system);
