// Which differences of a published table a test of so many items can see at all, given how paired scores scatter on our data.
import type { SystemId } from "./results";
import type { SampleRow } from "./samples";
import { detectableDifference, standardDeviation } from "./significance";

/** What the table states of a system. */
export interface PublishedScores {
  system: SystemId;
  bertscore: { f: number };
  rouge1: number;
  rouge2: number;
  rouge2sum: number;
}

export interface PublishedDifference {
  a: SystemId;
  b: SystemId;
  /** Our metric, whose scatter is taken. */
  metric: string;
  /** Published score of a minus that of b. */
  difference: number;
  /** Standard deviation of the paired differences of the same two systems here. */
  deviation: number;
  /** Smallest true difference that n items find four times in five, by n. */
  detectable: Record<number, number>;
  /** Whether all test items together (206) can tell the published difference from none. */
  verdict: "within" | "beyond";
}

/** The published test sets and their union. */
export const PUBLISHED_ITEMS = [100, 106, 206] as const;

/** ROUGE stands twice: the report does not say which tokenizer it used. */
const METRICS: [metric: string, of: (row: PublishedScores) => number][] = [
  ["bertscore.f", (row) => row.bertscore.f],
  ["rouge1.default", (row) => row.rouge1],
  ["rouge1.whitespace", (row) => row.rouge1],
  ["rouge2.whitespace", (row) => row.rouge2],
  ["rougeLsum.whitespace", (row) => row.rouge2sum],
];

/** Every pair of published systems in every published metric. */
export function publishedDifferences(
  published: readonly PublishedScores[],
  samples: readonly SampleRow[],
): PublishedDifference[] {
  const pairs = published.flatMap((a, i) => published.slice(i + 1).map((b) => [a, b] as const));
  return METRICS.flatMap(([metric, of]) =>
    pairs.flatMap(([a, b]): PublishedDifference[] => {
      const differences = samples.flatMap(({ scores }) => {
        const [x, y] = [scores[a.system]?.[metric], scores[b.system]?.[metric]];
        return x === undefined || y === undefined ? [] : [x - y];
      });
      if (differences.length < 2) return [];
      const deviation = standardDeviation(differences);
      const detectable: Record<number, number> = {};
      for (const n of PUBLISHED_ITEMS) detectable[n] = detectableDifference(deviation, n);
      const difference = of(a) - of(b);
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
