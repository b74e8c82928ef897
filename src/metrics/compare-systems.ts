// Which differences between systems are more than chance: paired randomisation, Holm over the pairs, effect size, power.
import type { Comparison, TestSet } from "../results/scores";
import {
  approximateRandomisation,
  cohenD,
  detectableDifference,
  holm,
  meanInterval95,
  meanOf,
  significanceSeed,
  standardDeviation,
} from "../statistics/significance";
import { type ScoredSystem, testSets } from "./score-system";

/** From this adjusted p on, two systems are tied. */
export const SIGNIFICANCE_LEVEL = 0.05;

const LOWER_IS_BETTER = new Set(["inventedFacts"]);

export interface ComparisonSettings {
  metrics: readonly string[];
  sets?: readonly TestSet[];
  seed?: number;
}

/** Scores of both systems on the set's items where both have one. */
function pairedScores(a: ScoredSystem, b: ScoredSystem, metric: string, set: TestSet): [number[], number[]] {
  const [ofA, ofB] = [a, b].map((scored) => {
    const values = scored.perItem[metric];
    if (values) return values;
    const known = Object.keys(scored.perItem).join(", ");
    throw new Error(`Comparing ${scored.result.system}: no metric "${metric}". It has ${known}.`);
  }) as [Float64Array, Float64Array];
  if (ofA.length !== ofB.length) {
    throw new Error(
      `${a.result.system} and ${b.result.system} are scored on ${ofA.length} and ${ofB.length} items.`,
    );
  }
  const both = a.members[set].filter((i) => !Number.isNaN(ofA[i]!) && !Number.isNaN(ofB[i]!));
  return [both.map((i) => ofA[i]!), both.map((i) => ofB[i]!)];
}

/**
 * Compares every pair of systems on every metric and test set; one test set and metric make a family for Holm.
 * `difference` and `effectSize` are a minus b. A pair with adjusted p of .05 or more is a tie, whichever mean is higher.
 */
export function compareSystems(
  systems: readonly ScoredSystem[],
  { metrics, sets = testSets, seed = significanceSeed }: ComparisonSettings,
): Comparison[] {
  const pairs = systems.flatMap((a, i) => systems.slice(i + 1).map((b) => [a, b] as const));
  return sets.flatMap((testSet) =>
    metrics.flatMap((metric) => {
      const family = pairs.flatMap(([a, b]) => {
        const [ofA, ofB] = pairedScores(a, b, metric, testSet);
        // Fewer than two pairs of scores decide nothing.
        if (ofA.length < 2) return [];
        const differences = ofA.map((score, i) => score - ofB[i]!);
        return [
          {
            a: a.result.system,
            b: b.result.system,
            testSet,
            metric,
            difference: meanOf(differences),
            interval95: meanInterval95(differences),
            p: approximateRandomisation(ofB, ofA, { seed }).pWithTies,
            effectSize: cohenD(ofB, ofA),
            detectable: detectableDifference(standardDeviation(differences), differences.length),
          },
        ];
      });
      const adjusted = holm(family.map(({ p }) => p));
      return family.map((comparison, i): Comparison => {
        const pHolm = adjusted[i]!;
        const aIsBetter = comparison.difference > 0 !== LOWER_IS_BETTER.has(metric);
        const verdict = pHolm >= SIGNIFICANCE_LEVEL ? "tie" : aIsBetter ? "a" : "b";
        return { ...comparison, pHolm, verdict };
      });
    }),
  );
}
