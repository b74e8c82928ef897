// The one list of metrics. A new one is a file that makes it and a line here.
import type { PublishedSystem } from "../results/published";
import { bertscoreMetrics } from "./bertscore/metrics";
import { entailmentMetrics } from "./entailment/metrics";
import { factMetrics } from "./facts/metrics";
import { characters } from "./length";
import type { Metric } from "./metric";
import { rdassMetrics } from "./rdass/metrics";
import { rougeMetric, rougeMetrics } from "./rouge/metrics";

/** Metrics without a tokenizer of ROUGE in their id. */
const OTHERS: readonly Metric[] = [...bertscoreMetrics, ...factMetrics, characters];

/** Metrics that are measured where somebody asks for them: a study does not. */
const ASKED: readonly Metric[] = [...rdassMetrics, ...entailmentMetrics];

/** The metric of an id. Throws with the ids there are. */
export function metricOf(id: string): Metric {
  const found = [...OTHERS, ...ASKED].find((metric) => metric.id === id) ?? rougeMetric(id);
  if (found) return found;
  const known = [...OTHERS, ...ASKED].map((metric) => metric.id).join(", ");
  throw new Error(`Unknown metric "${id}". Known: ${known}, and ROUGE by tokenizer, as rouge1.whitespace.`);
}

/** Every metric that has a place in tables, in their order; ROUGE by other tokenizers is reached by `metricOf`. */
export const METRICS: readonly Metric[] = [
  ...["rouge1.whitespace", "rouge2.whitespace", "rougeLsum.whitespace", "rouge1.default"].map(metricOf),
  ...OTHERS,
];

export const PRIMARY: readonly Metric[] = METRICS.filter(({ role }) => role === "primary");

/** What is tested between systems. */
export const COMPARED: readonly Metric[] = METRICS.filter(({ role }) => role !== "detail");

/** What a study measures: every metric, ROUGE in F by all of the tokenizers. */
export const studyMetrics = (tokenizers: readonly string[]): Metric[] => [
  ...tokenizers.flatMap(rougeMetrics).filter(({ column }) => column === undefined || column.name === "f"),
  ...OTHERS,
];

/** What the published table states of a system under a metric; undefined where it does not have it. */
export function publishedValue(row: PublishedSystem, { published }: Metric): number | undefined {
  if (!published) return undefined;
  const value = published.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], row);
  return value as number;
}

/** Names by which metrics are asked for together. */
export const MEASURES: readonly string[] = [
  "rouge",
  ...new Set([...OTHERS, ...ASKED].map(({ measure }) => measure)),
];

/** The metrics of a measure; "rouge" by all of the tokenizers, with precision and recall. Throws with the names there are. */
export function metricsOfMeasure(measure: string, tokenizers: readonly string[]): readonly Metric[] {
  if (measure === "rouge") return tokenizers.flatMap(rougeMetrics);
  const found = [...OTHERS, ...ASKED].filter((metric) => metric.measure === measure);
  if (found.length > 0) return found;
  throw new Error(`Unknown metrics "${measure}". Known: ${MEASURES.join(", ")}.`);
}
