// Which differences between systems are more than chance: paired randomisation, Holm over the pairs, effect size, power.
import type { Comparison, TestSet } from "../results/scores";
import { asFamily, pairedDifference } from "../statistics/paired-family";
import { significanceSeed } from "../statistics/significance";
import type { Metric, Values } from "./metric";
import { type ScoredSystem, testSets } from "./score-system";

export interface ComparisonSettings {
  metrics: readonly Metric[];
  sets?: readonly TestSet[];
  seed?: number;
}

/** Scores of both systems on the set's items where both have one. */
function pairedScores(a: ScoredSystem, b: ScoredSystem, { id }: Metric, set: TestSet): [number[], number[]] {
  const [ofA, ofB] = [a, b].map((scored) => {
    const values = scored.perItem[id];
    if (values) return values;
    const measured = Object.keys(scored.perItem).join(", ");
    throw new Error(`Comparing ${scored.result.system}: no metric "${id}". It has ${measured}.`);
  }) as [Values, Values];
  if (ofA.length !== ofB.length) {
    throw new Error(
      `${a.result.system} and ${b.result.system} are scored on ${ofA.length} and ${ofB.length} items.`,
    );
  }
  const both = a.members[set].filter((i) => ofA[i] !== null && ofB[i] !== null);
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
      const tests = pairs.flatMap(([a, b]) => {
        const [ofA, ofB] = pairedScores(a, b, metric, testSet);
        // Fewer than two pairs of scores decide nothing.
        if (ofA.length < 2) return [];
        return [
          {
            a: a.result.system,
            b: b.result.system,
            testSet,
            metric: metric.id,
            ...pairedDifference(ofA, ofB, seed),
          },
        ];
      });
      return asFamily(tests).map(({ higher, ...row }): Comparison => {
        const lower = higher === "a" ? "b" : "a";
        const verdict = higher === "tie" ? "tie" : metric.better === "lower" ? lower : higher;
        return { ...row, verdict };
      });
    }),
  );
}
