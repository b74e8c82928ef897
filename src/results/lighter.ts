// What making a model lighter cost and saved.
import type { Comparison, SystemResult } from "./scores";
import type { SystemId } from "./systems";

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

/** What a way of decoding cost over the same documents, one at a time. */
export interface DecodingRow {
  system: SystemId;
  /** Plain greedy; drafts looked up in the prompt; drafts of the main system for its teacher. */
  method: "plain" | "lookup" | "student";
  texts: number;
  /** Texts equal to plain decoding's, token by token. */
  identical: number;
  tokens: number;
  /** Passes of the system's model. */
  passes: number;
  drafted: number;
  accepted: number;
  seconds: number;
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
