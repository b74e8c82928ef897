// What making a model lighter cost and saved: the table of its forms, and the recommendation that a stated rule takes from it.
import { metricOf } from "../metrics/registry";
import type { Form, LighterComparison, LighterRow } from "../results/lighter";

/**
 * The form with the smallest file among those that are not significantly worse than fp32 in the engine on any
 * primary metric over all test texts, after Holm's adjustment. Throws when there is no such form.
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
          testSet === "all" && metricOf(metric).role === "primary" && verdict === "worse",
      )
      .map(({ form }) => form),
  );
  const [best] = rows
    .filter(({ form }) => form.startsWith("onnx") === (runtime === "onnx") && !lost.has(form))
    .sort((a, b) => a.fileBytes - b.fileBytes);
  if (!best) throw new Error(`Every form for the ${runtime} is significantly worse than fp32.`);
  return best.form;
}
