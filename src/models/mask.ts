// Additive attention masks: causal, sliding window, padding.
import { type Tensor, tf } from "../engine/tf";

const BLOCKED = -1e9;

export interface MaskOptions {
  queries: number;
  keys: number;
  /** Position of the first query; absent: the last query is the last key's. */
  first?: number;
  /** Query heads that share a key head; their rows are stacked, so the mask repeats. */
  groups: number;
  /** Query i sees keys i - window + 1 … i of the padded row (transformers' meaning). */
  window?: number;
  /** Per row of the batch and key: 1 where a real token stands. Absent: no padding before any real token. */
  keyMask?: readonly (readonly number[])[];
}

/** 0 where a query may look, -1e9 where not: [batch or 1, 1, groups · queries, keys]. */
export function attentionMask(options: MaskOptions): Tensor {
  const { queries, keys, groups, window, keyMask, first = keys - queries } = options;
  const rows = keyMask?.length ?? 1;
  const one = queries * keys;
  const mask = new Float32Array(rows * groups * one);
  for (let row = 0; row < rows; row++) {
    const base = row * groups * one;
    for (let query = 0; query < queries; query++) {
      const position = first + query;
      for (let key = 0; key < keys; key++) {
        const seen = key <= position && (window === undefined || position - key < window);
        if (!seen || keyMask?.[row]?.[key] === 0) mask[base + query * keys + key] = BLOCKED;
      }
    }
    for (let group = 1; group < groups; group++) mask.copyWithin(base + group * one, base, base + one);
  }
  return tf.tensor4d(mask, [rows, 1, groups * queries, keys]);
}
