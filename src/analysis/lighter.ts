// What making a model lighter cost and saved: the table of its forms, and the recommendation that a stated rule takes from it.
import type { Form, LighterComparison, LighterRow } from "../results/lighter";

/** Scores that a form must keep on all test texts to be recommended. */
export const KEPT_METRICS = ["rouge1.whitespace", "bertscore.f", "keptFacts"] as const;

/**
 * The form with the smallest file among those that are not significantly worse than fp32 in the engine on any of
 * `KEPT_METRICS` over all test texts, after Holm's adjustment. Throws when there is no such form.
 */
export function recommend(
  rows: readonly LighterRow[],
  comparisons: readonly LighterComparison[],
  runtime: "engine" | "onnx",
): Form {
  const lost = new Set(
    comparisons
      .filter(
        ({ testSet, metric, verdict }) =>
          testSet === "all" && (KEPT_METRICS as readonly string[]).includes(metric) && verdict === "worse",
      )
      .map(({ form }) => form),
  );
  const [best] = rows
    .filter(({ form }) => form.startsWith("onnx") === (runtime === "onnx") && !lost.has(form))
    .sort((a, b) => a.fileBytes - b.fileBytes);
  if (!best) throw new Error(`Every form for the ${runtime} is significantly worse than fp32.`);
  return best.form;
}
