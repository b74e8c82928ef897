// The losses that training references name.
import type { Batch } from "../prompts/batch";
import { crossEntropyRows, type RowLoss } from "../training/head-loss";
import type { TrainingReference } from "./training";

/** The row loss of a reference; `teacher` gives the teacher's logits [scored tokens, vocab] of the batch. */
export function rowLossOf(reference: TrainingReference, batch: Batch, _teacher: () => Float32Array): RowLoss {
  if (/^CE\b/.test(reference.loss)) return crossEntropyRows(batch.targets);
  throw new Error(`loss "${reference.loss}": not understood`);
}
