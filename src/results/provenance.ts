// What the scores rest on.
import type { SystemId } from "./systems";

/** Hashes (sha256) of what the scores rest on, and how each score came about. */
export interface Provenance {
  data: string;
  /** Of all prompts' token ids. */
  prompts: string;
  /** Of the base model's files for the untuned system, else the key of the training run. */
  models: Record<SystemId, string>;
  predictions: Record<SystemId, string>;
  encoder: { name: string; layer: number; model: string; tokenizer: string };
  /** By measure: "rouge.<tokenizer>", "bertscore", "facts". */
  signatures: Record<string, string>;
}
