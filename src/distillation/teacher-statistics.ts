// What a cache keeps of a chunk of teacher logits: the top k, exact log-sum-exps, tail mass, entropy, tail samples.
import type { Random } from "../engine/random";
import { add, div, exp, gatherPlaces, max, mul, reshape, scatter, sqrt, sub, sum, topK } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import { type CachedRow, emptyRow, type RowShape, TEMPERATURES } from "./cache-row";

/** Low enough that exp of it is 0, far from overflow when scaled. */
const BLOCKED = -1e30;

/** [row, column] pairs for gather and scatter; ids [rows · columns] row by row. */
export function places(ids: ArrayLike<number>, columns: number): Tensor {
  const pairs = new Int32Array(ids.length * 2);
  for (let i = 0; i < ids.length; i++) {
    pairs[2 * i] = Math.floor(i / columns);
    pairs[2 * i + 1] = ids[i]!;
  }
  return tf.tensor2d(pairs, [ids.length, 2], "int32");
}

/** Logits [n, vocab] with each row's listed tokens pushed out of reach of any softmax. */
export function withoutTokens(logits: Tensor, listed: Tensor, count: number): Tensor {
  const blocked = tf.fill([count], BLOCKED);
  return add(logits, scatter(listed, blocked, logits.shape));
}

/** Draws from each row's tail at T = 1 for `samples` tokens a position. */
export interface TailSampling {
  samples: number;
  random: Random;
}

/**
 * The statistics of logits [n, vocab]. `targets` are the tokens predicted; absent, the likeliest one of each row.
 * Sums over the vocabulary are made on the device; only k numbers a row travel to the host.
 */
export function teacherStatistics(
  logits: Tensor,
  k: number,
  targets?: ArrayLike<number>,
  sampling?: TailSampling,
): CachedRow {
  const n = logits.shape[0]!;
  const shape: RowShape = { topK: k, samples: sampling?.samples ?? 0 };
  const row = emptyRow(n, shape);
  tf.tidy(() => {
    const [topValues, topIndices] = topK(logits, k);
    const ids = topIndices.dataSync() as Int32Array;
    const values = topValues.dataSync() as Float32Array;
    for (let t = 0; t < n; t++) row.targetIds[t] = targets ? targets[t]! : ids[t * k]!;
    row.goldLogit.set(gatherPlaces(logits, places(row.targetIds, 1)).dataSync());
    sortById(ids, values, k, row.topIds, row.topLogits);

    const tail = withoutTokens(logits, places(ids, k), n * k);
    const peak = max(tail, 1, true);
    const weights = exp(sub(tail, peak));
    // exp(x / 2) and exp(x / 4) by roots: exp is the dearest op here, and what underflows is below 1e-9 of the sum
    const root = sqrt(weights);
    const sums = [weights, root, sqrt(root)].map((powers) => sum(powers, 1));
    const packed = tf.stack([reshape(peak, [n]), ...sums, sum(mul(weights, logits), 1)]);
    const numbers = packed.dataSync() as Float32Array;
    for (let t = 0; t < n; t++) combine(row, t, k, numbers, n);
    if (sampling) drawTail(row, weights, sums[0]!, sampling, logits);
  });
  return row;
}

/** Puts a token's top k and the sums over its tail together, in float64. */
function combine(row: CachedRow, t: number, k: number, numbers: Float32Array, n: number): void {
  const peak = numbers[t]!;
  const top = row.topLogits.subarray(t * k, (t + 1) * k);
  const best = top.reduce((a, b) => Math.max(a, b));
  for (const [i, temperature] of TEMPERATURES.entries()) {
    let head = 0;
    for (const logit of top) head += Math.exp((logit - best) / temperature);
    const logTail = (peak - best) / temperature + Math.log(numbers[(i + 1) * n + t]!);
    const logSum = Math.log(head + Math.exp(logTail));
    row.logSumExp[t * 3 + i] = best / temperature + logSum;
    row.logTail[t * 3 + i] = logTail - logSum;
    if (temperature !== 1) continue;
    const total = best + logSum;
    let expected = Math.exp(peak - total) * numbers[4 * n + t]!;
    for (const logit of top) expected += Math.exp(logit - total) * logit;
    row.entropy[t] = Math.max(0, total - expected);
  }
}

/** Each row's (id, logit) pairs in the order of ids. */
function sortById(
  ids: Int32Array,
  logits: Float32Array,
  k: number,
  sortedIds: Int32Array,
  sortedLogits: Float32Array,
): void {
  // id and place in one number, since a typed array sorts far faster than a list with a comparison
  const keys = new Float64Array(k);
  for (let from = 0; from < ids.length; from += k) {
    for (let i = 0; i < k; i++) keys[i] = ids[from + i]! * 1024 + i;
    keys.sort();
    for (let i = 0; i < k; i++) {
      const source = from + (keys[i]! % 1024);
      sortedIds[from + i] = ids[source]!;
      sortedLogits[from + i] = logits[source]!;
    }
  }
}

/** Inverse-transform draws from the tail's cumulative weights. */
function drawTail(
  row: CachedRow,
  weights: Tensor,
  total: Tensor,
  { samples, random }: TailSampling,
  logits: Tensor,
): void {
  const [n, vocab] = weights.shape as [number, number];
  const shares = div(weights, reshape(total, [n, 1])).dataSync() as Float32Array;
  const values = logits.dataSync() as Float32Array;
  for (let t = 0; t < n; t++) {
    const draws = Float64Array.from({ length: samples }, () => random.next()).sort();
    let cumulative = 0;
    let next = 0;
    let lastWithMass = 0;
    for (let id = 0; id < vocab && next < samples; id++) {
      const share = shares[t * vocab + id]!;
      if (share > 0) lastWithMass = id;
      cumulative += share;
      while (next < samples && draws[next]! < cumulative) row.sampledIds[t * samples + next++] = id;
    }
    while (next < samples) row.sampledIds[t * samples + next++] = lastWithMass;
    for (let i = t * samples; i < (t + 1) * samples; i++) {
      row.sampledLogits[i] = values[t * vocab + row.sampledIds[i]!]!;
    }
  }
}
