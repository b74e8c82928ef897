// Scores any predictions against any references: what `npm run score` prints.
import { bootstrapRouge } from "../statistics/bootstrap";
import { meanInterval95 } from "../statistics/significance";
import { aggregate, known, measure } from "./measure";
import type { Metric, Scoring, Values } from "./metric";
import { rougeTypes } from "./rouge/rouge";

/** rouge-score's aggregator draws from numpy's stream with this seed. */
export const BOOTSTRAP_SEED = 12345;

export interface TextScores {
  items: number;
  metrics: readonly Metric[];
  /** By metric id. */
  values: Record<string, number | null>;
  /** 95 % bootstrap intervals. For ROUGE's F low, median and high as rouge-score aggregates. */
  interval95: Record<string, number[]>;
  perItem: Record<string, Values>;
  /** By measure. */
  signatures: Record<string, string>;
}

/** Scores item by item. Throws on unequal counts, and where a metric lacks what it needs. */
export function scoreTexts(
  metrics: readonly Metric[],
  predictions: readonly string[],
  scoring: Scoring,
): TextScores {
  const { perItem, signatures } = measure(metrics, predictions, scoring);
  const interval95: Record<string, number[]> = {};
  for (const metric of metrics) {
    const values = known(perItem[metric.id]!);
    if (metric.aggregate === "mean" && values.length > 0) interval95[metric.id] = meanInterval95(values);
  }
  for (const tokenizer of new Set(metrics.flatMap(({ needs }) => needs?.tokenizer ?? []))) {
    Object.assign(interval95, aggregatorIntervals(tokenizer, perItem));
  }
  return {
    items: predictions.length,
    metrics,
    values: Object.fromEntries(metrics.map((metric) => [metric.id, aggregate(metric, perItem[metric.id]!)])),
    interval95,
    perItem,
    signatures,
  };
}

/** F of each type of ROUGE as rouge-score's BootstrapAggregator gives it: its types share one stream of draws. */
function aggregatorIntervals(tokenizer: string, perItem: Record<string, Values>): Record<string, number[]> {
  const scores = Object.fromEntries(
    rougeTypes.map((type) => {
      const [f, precision, recall] = ["", ".precision", ".recall"].map(
        (suffix) => perItem[`${type}.${tokenizer}${suffix}`] as readonly number[],
      ) as [readonly number[], readonly number[], readonly number[]];
      return [type, f.map((value, i) => ({ f: value, precision: precision[i]!, recall: recall[i]! }))];
    }),
  );
  return Object.fromEntries(
    Object.entries(bootstrapRouge(scores, BOOTSTRAP_SEED)).map(([type, { low, mid, high }]) => [
      `${type}.${tokenizer}`,
      [low.f, mid.f, high.f],
    ]),
  );
}
