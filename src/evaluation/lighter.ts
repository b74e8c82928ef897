// What making a model lighter cost and saved: the table of its forms, and the recommendation that a stated rule takes from it.
import type { Comparison, DecodingRow, SystemResult } from "./results";

/** Forms of one model: in the engine, or as an ONNX file run by @huggingface/transformers. */
export type Form = "fp32" | "bf16" | "int8" | "int4" | "mixed" | "onnx-fp32" | "onnx-int8" | "onnx-q4";

export interface LighterRow {
  form: Form;
  /** Bytes of the weights' file. */
  fileBytes: number;
  /** Bytes that the weights take in the runtime. */
  weightBytes: number;
  /** By how much the resident memory of a fresh process grew from loading the model and writing one summary. */
  memoryBytes: number;
  firstTokenMs: number;
  tokensPerSecond: number;
  /** Texts equal to fp32's in the engine, character by character. */
  identical: number;
  scores: SystemResult["scores"];
  interval95: SystemResult["interval95"];
}

/** A form against fp32 in the engine; `difference` is the form's score minus that of fp32. */
export interface LighterComparison extends Omit<Comparison, "a" | "b" | "verdict"> {
  form: Form;
  verdict: "better" | "worse" | "tie";
}

export interface LighterResults {
  system: string;
  /** What stands for the model's training run; results of another run have another. */
  model: string;
  texts: number;
  rows: LighterRow[];
  comparisons: LighterComparison[];
  /** Mean KL(fp32 || form) on calibration texts, in nats, and the size that the mix was chosen for. */
  quantization: {
    measured: { name: string; bytes: number; kl: number }[];
    budgetBytes: number;
    bitsByPart: Record<string, string>;
  };
  recommended: { engine: Form; onnx: Form };
  /** Plain, prompt-lookup and speculative decoding of the same texts. */
  decoding: DecodingRow[];
}

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
