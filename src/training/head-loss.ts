// Loss over a large vocabulary in chunks of tokens: logits and their gradient never exist for all tokens at once.
// The idea is that of Liger-Kernel's and Cut Cross-Entropy's fused losses: the gradient is made in the forward pass.
import { times, timesTransposed, type Weight } from "../engine/frozen";
import { withGradient } from "../engine/gradient";
import { add, concat, matMul, mul, scale, slice, sum, tanh, tanhGradient } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import { crossEntropy } from "./cross-entropy";
import { blockLoss, type ListedLoss } from "./vocabulary-blocks";

/** Losses of rows start … start + rows.shape[0] and their gradient with respect to the (softcapped) logits. */
export interface RowLoss {
  (logits: Tensor, start: number): { loss: Tensor; gradient: Tensor };
  /**
   * The same loss by listed tokens, where it is one for a head of so many: a vocabulary too large for chunks of rows then goes in
   * blocks. Made on demand: listing a step's tokens takes time, and small vocabularies never need it.
   */
  listed?: (tokens: number) => ListedLoss | undefined;
}

/** A chunk of fewer rows reads the head more often than it multiplies by it. */
const FEWEST_ROWS = 64;

export interface HeadLossOptions {
  /** Final logit softcap: logits = cap · tanh(raw / cap). */
  softcap?: number;
  /** Whether the head matrix needs a gradient. */
  trainable: boolean;
  /** Logits held at once, tokens · vocab. The default, 4 M, is 16 MB. */
  chunkElements?: number;
  /** 1 / rows as a scalar, where the number of rows is not to be built into the computation. */
  share?: Tensor;
}

/** Mean over rows of `rowLoss`, a scalar. hidden [rows, width], head [vocab, width]. */
export function headLoss(hidden: Tensor, head: Weight, rowLoss: RowLoss, options: HeadLossOptions): Tensor {
  const { softcap: cap, trainable, chunkElements = 4_000_000, share } = options;
  const [rows, width] = hidden.shape as [number, number];
  const chunk = Math.max(1, Math.min(rows, Math.floor(chunkElements / head.shape[0]!)));
  const large = !trainable && chunk < Math.min(rows, FEWEST_ROWS);
  const listed = large ? rowLoss.listed?.(head.shape[0]!) : undefined;
  return withGradient(
    trainable ? [hidden, head as Tensor] : [hidden],
    () => {
      if (listed) {
        const { total, dHidden } = blockLoss(hidden, head, listed, cap);
        return { value: mul(total, share ?? tf.scalar(1 / rows)), saved: [dHidden] };
      }
      const total = tf.variable(tf.scalar(0), false);
      const dHidden: Tensor[] = [];
      let dHead: Tensor | undefined;
      for (let start = 0; start < rows; start += chunk) {
        const size = Math.min(chunk, rows - start);
        const parts = tf.tidy(() => {
          const part = size === rows ? hidden : slice(hidden, [start, 0], [size, width]);
          const raw = timesTransposed(part, head);
          const squashed = cap ? tanh(scale(raw, 1 / cap)) : undefined;
          const { loss, gradient } = rowLoss(squashed ? scale(squashed, cap!) : raw, start);
          const dRaw = squashed ? tanhGradient(squashed, gradient) : gradient;
          total.assign(add(total, sum(loss, 0)) as never);
          const dPart = times(dRaw, head);
          if (!trainable) return [dPart];
          const dWeight = matMul(dRaw, part, true);
          return [dPart, dHead ? add(dHead, dWeight) : dWeight];
        });
        dHidden.push(parts[0]!);
        if (trainable) {
          dHead?.dispose();
          dHead = parts[1];
        }
      }
      const value = mul(total, share ?? tf.scalar(1 / rows));
      total.dispose();
      const saved = [concat(dHidden, 0)];
      if (dHead) saved.push(dHead);
      return { value, saved };
    },
    (dy, saved) => {
      const factor = mul(dy, share ?? tf.scalar(1 / rows));
      return saved.map((gradient) => mul(gradient, factor));
    },
  );
}

/** Cross-entropy of each row against its class: the plain language-model loss. targets int32 [rows]. */
export function crossEntropyRows(targets: Int32Array | Tensor): RowLoss {
  const rows: RowLoss = (logits, start) => crossEntropy(logits, labelsOf(targets, start, logits.shape[0]!));
  if (targets instanceof Int32Array) {
    rows.listed = () => ({
      ids: targets,
      count: 1,
      rows: (target, others) => {
        const labels = tf.zeros([target.shape[0]!], "int32") as Tensor;
        return crossEntropy(concat([target, others], 1), labels);
      },
    });
  }
  return rows;
}

/** The classes int32 [count] of rows start … start + count - 1. */
export function labelsOf(targets: Int32Array | Tensor, start: number, count: number): Tensor {
  if (targets instanceof Int32Array) return tf.tensor1d(targets.subarray(start, start + count), "int32");
  return count === targets.size ? targets : slice(targets, [start], [count]);
}
