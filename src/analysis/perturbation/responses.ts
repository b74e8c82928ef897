// What perturbations do: whether a summariser follows its document, and whether a metric sees a summary that became wrong.
import { extractFacts } from "../../metrics/facts/facts";
import type { Metric, Scoring } from "../../metrics/metric";
import { meanOf } from "../../statistics/significance";
import { type Foreign, PERTURBATIONS, type PerturbationKind, type Perturbed, perturb } from "./perturb";

/** A summary before and after its document was changed. */
export interface SummaryPair extends Pick<Perturbed, "kind" | "from" | "to"> {
  id: string;
  before: string;
  after: string;
}

/**
 * Of a fact that changed: "followed" (the new one stands in the summary, the old one does not), "kept the old", "dropped"
 * (neither), or "not said" where the summary never had it. Of what changes no fact: "stayed" (the same facts and nothing of the
 * foreign sentence's) or "changed".
 */
export type Response = "followed" | "kept the old" | "dropped" | "not said" | "stayed" | "changed";

const factsOf = (text: string): string =>
  extractFacts(text)
    .map(({ value }) => value)
    .sort()
    .join("\n");

/** How a summariser answered one change of its document. */
export function responseOf({ kind, from, to, before, after }: SummaryPair): Response {
  if (kind === "order" || kind === "irrelevant")
    return factsOf(before) === factsOf(after) ? "stayed" : "changed";
  if (!before.includes(from)) return "not said";
  if (kind === "negation" ? after.includes(to) : after.includes(to) && !after.includes(from))
    return "followed";
  return after.includes(from) ? "kept the old" : "dropped";
}

export interface ResponseRow {
  kind: PerturbationKind;
  counts: Partial<Record<Response, number>>;
  /** One summary of each response. */
  examples: Partial<Record<Response, SummaryPair>>;
}

/** How often a summariser answered how, by kind. */
export function summariserResponses(pairs: readonly SummaryPair[]): ResponseRow[] {
  return PERTURBATIONS.flatMap((kind): ResponseRow[] => {
    const row: ResponseRow = { kind, counts: {}, examples: {} };
    for (const pair of pairs.filter((one) => one.kind === kind)) {
      const response = responseOf(pair);
      row.counts[response] = (row.counts[response] ?? 0) + 1;
      row.examples[response] ??= pair;
    }
    return Object.keys(row.counts).length > 0 ? [row] : [];
  });
}

export interface MetricResponse {
  metric: string;
  kind: PerturbationKind;
  /** Summaries that could be changed and have a value before and after. */
  texts: number;
  /** Those whose score became worse, and better. */
  worse: number;
  better: number;
  /** Mean of after less before. */
  meanChange: number;
}

/** What each metric makes of summaries that were changed; those of "number" to "negation" and "irrelevant" became worse. */
export function metricResponses(
  metrics: readonly Metric[],
  predictions: readonly string[],
  scoring: Scoring,
  foreign: Foreign,
): MetricResponse[] {
  return PERTURBATIONS.flatMap((kind) => {
    const changed = predictions.map((text) => perturb(text, kind, foreign)?.text);
    const after = predictions.map((text, i) => changed[i] ?? text);
    return metrics
      .filter(({ better, aggregate }) => better !== "neither" && aggregate === "mean")
      .flatMap((metric): MetricResponse[] => {
        const [old, now] = [metric.perItem(predictions, scoring), metric.perItem(after, scoring)];
        const differences = predictions.flatMap((_, i) =>
          changed[i] === undefined || old[i] == null || now[i] == null ? [] : [now[i]! - old[i]!],
        );
        if (differences.length === 0) return [];
        const sign = metric.better === "higher" ? 1 : -1;
        return [
          {
            metric: metric.id,
            kind,
            texts: differences.length,
            worse: differences.filter((difference) => difference * sign < 0).length,
            better: differences.filter((difference) => difference * sign > 0).length,
            meanChange: meanOf(differences),
          },
        ];
      });
  });
}
