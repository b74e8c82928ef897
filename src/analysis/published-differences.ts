// Which differences of a published table a test of so many items can see at all, given how paired scores scatter on our data.
import { metricOf, publishedValue } from "../metrics/registry";
import type { PublishedDifference } from "../results/audit";
import type { PublishedSystem } from "../results/published";
import type { SampleRow } from "../results/samples";
import { detectableDifference, standardDeviation } from "../statistics/significance";

/** The published test sets and their union. */
export const PUBLISHED_ITEMS = [100, 106, 206] as const;

/** ROUGE-1 stands twice: the report does not say which tokenizer it used. */
const METRICS = [
  "bertscore.f",
  "rouge1.default",
  "rouge1.whitespace",
  "rouge2.whitespace",
  "rougeLsum.whitespace",
];

/** Every pair of published systems in every published metric. */
export function publishedDifferences(
  published: readonly PublishedSystem[],
  samples: readonly SampleRow[],
): PublishedDifference[] {
  const pairs = published.flatMap((a, i) => published.slice(i + 1).map((b) => [a, b] as const));
  return METRICS.flatMap((metric) =>
    pairs.flatMap(([a, b]): PublishedDifference[] => {
      const differences = samples.flatMap(({ scores }) => {
        const [x, y] = [scores[a.system]?.[metric], scores[b.system]?.[metric]];
        return x === undefined || y === undefined ? [] : [x - y];
      });
      if (differences.length < 2) return [];
      const deviation = standardDeviation(differences);
      const detectable: Record<number, number> = {};
      for (const n of PUBLISHED_ITEMS) detectable[n] = detectableDifference(deviation, n);
      const difference = publishedValue(a, metricOf(metric))! - publishedValue(b, metricOf(metric))!;
      return [
        {
          a: a.system,
          b: b.system,
          metric,
          difference,
          deviation,
          detectable,
          verdict: Math.abs(difference) < detectable[206]! ? "within" : "beyond",
        },
      ];
    }),
  );
}
