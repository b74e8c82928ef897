// One batch of a reference run through the project's decoder: logits, hidden states, log-probabilities, loss.
import { type Tensor, tf } from "../../engine/tf";
import type { Decoder } from "../../models/decoder";
import { takeRows } from "../../models/embedding";
import { crossEntropyRows, headLoss } from "../../training/head-loss";

export interface ReferenceBatch {
  input_ids: number[][];
  attention_mask: number[][];
  /** Not shifted: position t is scored against labels[t + 1]; -100 is left out. */
  labels: number[][];
}

export interface BatchOutput {
  /** [batch, time, vocab] */
  logits: Float32Array;
  /** Entry 0 the embedding, the last one after the final norm; each [batch, time, hidden]. */
  hidden: Float32Array[];
}

function flatIds(batch: ReferenceBatch): Int32Array {
  return Int32Array.from(batch.input_ids.flat());
}

/** Runs a batch, padding on either side, without gradients. */
export function runBatch(decoder: Decoder, batch: ReferenceBatch): BatchOutput {
  return tf.tidy(() => {
    const hidden: Float32Array[] = [];
    const final = decoder.hidden(flatIds(batch), batch.input_ids.length, {
      keyMask: batch.attention_mask,
      onHidden: (_, state) => hidden.push(state.dataSync() as Float32Array),
    });
    // The reference keeps the last layer's output after the final norm only.
    hidden[hidden.length - 1] = final.dataSync() as Float32Array;
    return { hidden, logits: decoder.logits(final).dataSync() as Float32Array };
  });
}

/** Positions that `labels` scores, row · time + t, and the token wanted at each. */
export function scored(labels: readonly (readonly number[])[]): {
  positions: Int32Array;
  targets: Int32Array;
} {
  const positions: number[] = [];
  const targets: number[] = [];
  for (const [row, ids] of labels.entries()) {
    for (let t = 0; t + 1 < ids.length; t++) {
      const target = ids[t + 1] as number;
      if (target === -100) continue;
      positions.push(row * ids.length + t);
      targets.push(target);
    }
  }
  return { positions: Int32Array.from(positions), targets: Int32Array.from(targets) };
}

/** Mean cross-entropy over the scored tokens, a scalar on the gradient tape. */
export function batchLoss(decoder: Decoder, batch: ReferenceBatch): Tensor {
  const { positions, targets } = scored(batch.labels);
  const hidden = decoder.hidden(flatIds(batch), batch.input_ids.length, { keyMask: batch.attention_mask });
  const rows = takeRows(hidden, tf.tensor1d(positions, "int32"));
  return headLoss(rows, decoder.head, crossEntropyRows(targets), {
    softcap: decoder.config.finalSoftcap,
    trainable: decoder.trainable,
  });
}

/** log p(ids[t + 1] | ids up to t) from logits, in float64: [batch, time - 1]. */
export function nextTokenLogProbabilities(
  logits: Float32Array,
  ids: readonly (readonly number[])[],
): Float64Array {
  const time = (ids[0] as readonly number[]).length;
  const vocab = logits.length / (ids.length * time);
  const result = new Float64Array(ids.length * (time - 1));
  for (const [row, text] of ids.entries()) {
    for (let t = 0; t + 1 < time; t++) {
      const at = (row * time + t) * vocab;
      const values = logits.subarray(at, at + vocab);
      const top = values.reduce((a, b) => Math.max(a, b));
      const sum = values.reduce((total, value) => total + Math.exp(value - top), 0);
      result[row * (time - 1) + t] = (values[text[t + 1] as number] as number) - top - Math.log(sum);
    }
  }
  return result;
}
