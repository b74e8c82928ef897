// The losses that training references name, as row losses.
import { distillationRows } from "../../distillation/losses";
import type { Named } from "../../engine/graph/trace";
import { type Tensor, tf } from "../../engine/tf";
import type { Batch } from "../../prompts/batch";
import { crossEntropyRows, type RowLoss } from "../../training/head-loss";

/** The parts of a loss per row [n]. */
export interface SeenRows {
  crossEntropy: Tensor;
  divergence: Tensor;
}

/** Their sums, scalars. */
export const summed = ({ crossEntropy, divergence }: SeenRows) => ({
  crossEntropy: tf.sum(crossEntropy),
  kl: tf.sum(divergence),
});

/** Sums of the parts of a step's loss over its tokens. */
export class LossParts {
  private crossEntropy = 0;
  private kl = 0;
  private tokens = 0;

  readonly add = (seen: SeenRows): void => {
    const { crossEntropy, kl } = summed(seen);
    this.crossEntropy += crossEntropy.dataSync()[0] as number;
    this.kl += kl.dataSync()[0] as number;
    this.tokens += seen.divergence.size;
  };

  /** Means per token; nothing where the loss has no parts. */
  means(): Record<string, number> {
    if (this.tokens === 0) return {};
    return { crossEntropy: this.crossEntropy / this.tokens, kl: this.kl / this.tokens };
  }
}

const CROSS_ENTROPY = "CE, mean over completion tokens";

/** The teacher's logits as one tensor [scored tokens, vocab], where the loss has a teacher. */
export function teacherInputs(description: string, batch: Batch, teacher: () => Float32Array): Named {
  if (description === CROSS_ENTROPY) return {};
  const logits = teacher();
  const rows = batch.targets.length;
  return { teacherLogits: tf.tensor2d(logits, [rows, logits.length / rows]) };
}

/** The row loss that `description` names; `teacher` gives the teacher's logits [scored tokens, vocab] of the batch, `see` what the loss consists of. With `inputs` (batchInputs and teacherInputs) targets and logits are read there. */
export function rowLossOf(
  description: string,
  batch: Batch,
  teacher: () => Float32Array,
  see: (rows: SeenRows) => void,
  inputs?: Named,
): RowLoss {
  const targets = inputs?.targets ?? batch.targets;
  if (description === CROSS_ENTROPY) return crossEntropyRows(targets);
  const mixture = /^\(1-a\)\*CE \+ a\*T\^2\*KL\(teacher\|\|student\), a=([\d.]+), T=([\d.]+)$/.exec(
    description,
  );
  if (!mixture) throw new Error(`loss "${description}": not understood`);
  const given = inputs?.teacherLogits;
  const logits = given ? new Float32Array(0) : teacher();
  const vocabSize = given ? given.shape[1]! : logits.length / batch.targets.length;
  return distillationRows(
    targets,
    {
      kind: "dense",
      vocabSize,
      logits: (start, count) =>
        given ??
        tf.tensor2d(logits.subarray(start * vocabSize, (start + count) * vocabSize), [count, vocabSize]),
    },
    // The reference's a is the share of the teacher, alpha that of cross-entropy.
    { divergence: "forward-kl", alpha: 1 - Number(mixture[1]), temperature: Number(mixture[2]) },
    see,
  );
}
