// The losses that training references name, as row losses.
import { distillationRows } from "../distillation/losses";
import { type Tensor, tf } from "../engine/tf";
import type { Batch } from "../prompts/batch";
import { crossEntropyRows, type RowLoss } from "../training/head-loss";

/** Sums of the parts of a step's loss over its tokens. */
export class LossParts {
  private crossEntropy = 0;
  private kl = 0;
  private tokens = 0;

  add(parts: { crossEntropy: Tensor; divergence: Tensor }): void {
    const total = (rows: Tensor) => tf.sum(rows).dataSync()[0] as number;
    this.crossEntropy += total(parts.crossEntropy);
    this.kl += total(parts.divergence);
    this.tokens += parts.divergence.size;
  }

  /** Means per token; nothing where the loss has no parts. */
  means(): Record<string, number> {
    if (this.tokens === 0) return {};
    return { crossEntropy: this.crossEntropy / this.tokens, kl: this.kl / this.tokens };
  }
}

/** The row loss that `description` names; `teacher` gives the teacher's logits [scored tokens, vocab] of the batch, `parts` sees what the loss consists of. */
export function rowLossOf(
  description: string,
  batch: Batch,
  teacher: () => Float32Array,
  parts: LossParts,
): RowLoss {
  if (description === "CE, mean over completion tokens") return crossEntropyRows(batch.targets);
  const mixture = /^\(1-a\)\*CE \+ a\*T\^2\*KL\(teacher\|\|student\), a=([\d.]+), T=([\d.]+)$/.exec(
    description,
  );
  if (!mixture) throw new Error(`loss "${description}": not understood`);
  const logits = teacher();
  const vocabSize = logits.length / batch.targets.length;
  return distillationRows(
    batch.targets,
    {
      kind: "dense",
      vocabSize,
      logits: (start, count) =>
        tf.tensor2d(logits.subarray(start * vocabSize, (start + count) * vocabSize), [count, vocabSize]),
    },
    // The reference's a is the share of the teacher, alpha that of cross-entropy.
    { loss: "forward-kl", alpha: 1 - Number(mixture[1]), temperature: Number(mixture[2]) },
    (seen) => parts.add(seen),
  );
}
