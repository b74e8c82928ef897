// Measures texts by any list of metrics: the one place where values, means and signatures come about.
import { meanOf } from "../statistics/significance";
import type { Metric, Scoring, Values } from "./metric";

export interface Measured {
  /** By metric id. */
  perItem: Record<string, Values>;
  /** By measure. */
  signatures: Record<string, string>;
}

/** Throws where there are not as many predictions as references. */
export function measure(
  metrics: readonly Metric[],
  predictions: readonly string[],
  scoring: Scoring,
): Measured {
  const { references } = scoring;
  if (predictions.length !== references.length) {
    throw new Error(
      `Scoring: expected ${references.length} texts, one an item, found ${predictions.length}.`,
    );
  }
  return {
    perItem: Object.fromEntries(metrics.map((metric) => [metric.id, metric.perItem(predictions, scoring)])),
    signatures: Object.fromEntries(metrics.map((metric) => [metric.measure, metric.signature(scoring)])),
  };
}

/** The values there are. */
export const known = (values: Values): number[] => values.filter((value): value is number => value !== null);

/** A metric's value over items; null where none of them has one. */
export function aggregate(metric: Metric, values: Values): number | null {
  const measured = known(values);
  if (measured.length === 0) return null;
  return metric.aggregate === "mean" ? meanOf(measured) : measured.reduce((sum, value) => sum + value, 0);
}
