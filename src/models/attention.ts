// Grouped-query attention (Ainslie et al. 2023) with RoPE, logit softcap and a fused gradient.
import { withGradient } from "../engine/gradient";
import {
  add,
  batchMatMul,
  concat,
  exp,
  logSoftmax,
  mul,
  putRows,
  reshape,
  scale,
  smallBatchMatMul,
  softmax,
  split,
  sub,
  sum,
  tanh,
  tanhGradient,
  transpose,
} from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import type { DecoderConfig } from "./config";
import { type RopeTables, rotate, rotateBack } from "./rope";

/**
 * Keys (rotated) and values of one layer so far in one tensor [2 · batch, kvHeads, time, headDim], all rows' keys first: one
 * tensor grows where two would, and cutting it between rows copies nothing.
 */
export interface LayerCache {
  past?: Tensor;
}

export interface AttentionInput {
  /** [batch · time, heads · headDim] */
  query: Tensor;
  /** [batch · time, kvHeads · headDim] */
  key: Tensor;
  value: Tensor;
  batch: number;
  time: number;
  rope: RopeTables;
  /** Additive, [batch or 1, 1, groups · time, keys]; absent when every key may be seen. */
  mask?: Tensor;
  cache?: LayerCache;
  /** Rows of the cache, int32 [2 · batch · kvHeads], that there is room for the new keys and values in; absent: they are appended. */
  cacheRows?: Tensor;
  /** Products by one thread: of few numbers, they are made sooner than a second thread wakes. */
  oneThread?: boolean;
  /** Called with the probabilities [batch, heads, time, keys]. */
  observe?: (probabilities: Tensor) => void;
}

/** Adds keys and values, which stay beyond the surrounding tidy, and gives all so far. */
function extend(cache: LayerCache, keys: Tensor, values: Tensor, cacheRows: Tensor | undefined): Tensor[] {
  const { past } = cache;
  const [batch, , , width] = keys.shape as [number, number, number, number];
  const fresh = concat([keys, values], 0);
  if (past && cacheRows) {
    const rows = putRows(reshape(past, [-1, width]), cacheRows, reshape(fresh, [-1, width]));
    cache.past = tf.keep(reshape(rows, past.shape));
  } else cache.past = tf.keep(past ? concat([past, fresh], 2) : fresh);
  past?.dispose();
  return split(cache.past, [batch, batch], 0);
}

const SWAP_TIME_AND_HEADS = [0, 2, 1, 3];

/** Attention output [batch · time, heads · headDim]. With a cache the keys and values so far are used and extended. */
export function attention(config: DecoderConfig, input: AttentionInput): Tensor {
  const { query, key, value, batch, time, rope, mask, cache, cacheRows, oneThread, observe } = input;
  const {
    numAttentionHeads: heads,
    numKeyValueHeads: kvHeads,
    headDim,
    attentionScale,
    attentionSoftcap: cap,
  } = config;
  const grouped = [batch, kvHeads, (heads / kvHeads) * time, headDim];

  return withGradient(
    [query, key, value],
    () => {
      const all = transpose(
        reshape(concat([query, key, value], 1), [batch, time, heads + 2 * kvHeads, headDim]),
        SWAP_TIME_AND_HEADS,
      );
      const [turning, newValues] = split(all, [heads + kvHeads, kvHeads], 1);
      const [rotatedQuery, newKeys] = split(rotate(turning!, rope), [heads, kvHeads], 1);
      const q = scale(reshape(rotatedQuery!, grouped), cap ? attentionScale / cap : attentionScale);
      const [k, v] = (cache ? extend(cache, newKeys!, newValues!, cacheRows) : [newKeys, newValues]) as [
        Tensor,
        Tensor,
      ];
      const product = oneThread ? smallBatchMatMul : batchMatMul;
      const scores = product(q, k, false, true);
      // softcap before the mask, as Gemma-2 does
      const squashed = cap ? tanh(scores) : undefined;
      const logits = squashed ? scale(squashed, cap!) : scores;
      const seen = mask ? add(logits, mask) : logits;
      const probabilities = oneThread ? exp(logSoftmax(seen)) : softmax(seen);
      observe?.(reshape(probabilities, [batch, heads, time, k.shape[2]!]));
      const mixed = reshape(product(probabilities, v), [batch, heads, time, headDim]);
      const output = reshape(transpose(mixed, SWAP_TIME_AND_HEADS), [batch * time, heads * headDim]);
      const saved = [q, k, v, probabilities, rope.cos, rope.sin];
      return { value: output, saved: squashed ? [...saved, squashed] : saved };
    },
    (dy, [q, k, v, probabilities, cos, sin, squashed]) => {
      const dMixed = reshape(
        transpose(reshape(dy, [batch, time, heads, headDim]), SWAP_TIME_AND_HEADS),
        grouped,
      );
      const dValues = batchMatMul(probabilities!, dMixed, true);
      const dProbabilities = batchMatMul(dMixed, v!, false, true);
      const weighted = mul(dProbabilities, probabilities!);
      const dLogits = sub(weighted, mul(probabilities!, sum(weighted, 3, true)));
      // q carries scale / cap already, so the keys' gradient needs only the cap back, the queries' both
      const dScores = squashed ? tanhGradient(squashed, dLogits) : dLogits;
      const dQuery = scale(reshape(batchMatMul(dScores, k!), [batch, heads, time, headDim]), attentionScale);
      const dKeys = scale(batchMatMul(dScores, q!, true), cap ?? 1);
      const turned = rotateBack(concat([dQuery, dKeys], 1), { cos: cos!, sin: sin! });
      const all = reshape(transpose(concat([turned, dValues], 1), SWAP_TIME_AND_HEADS), [
        batch * time,
        (heads + 2 * kvHeads) * headDim,
      ]);
      return split(all, [heads * headDim, kvHeads * headDim, kvHeads * headDim], 1);
    },
  );
}
