// What a cache keeps of a chunk of teacher logits: the top k, exact log-sum-exps, tail mass, entropy, tail samples.

import type { Random } from "../base/random";
import type { Named } from "../engine/graph/trace";
import {
  add,
  columns,
  div,
  exp,
  gatherNd,
  max,
  mul,
  reshape,
  scatter,
  sqrt,
  stack,
  sub,
  sum,
  topK,
} from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import { type CachedRow, emptyRow, TEMPERATURES } from "./cache-row";

/** Low enough that exp of it is 0, far from overflow when scaled. */
const BLOCKED = -1e30;

/** [row, column] pairs for gather and scatter; ids [rows · columns] row by row. */
export function rowColumnIndices(ids: ArrayLike<number>, columns: number): Tensor {
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
  let row: CachedRow;
  tf.tidy(() => {
    row = readStatistics(deviceStatistics(logits, k, rowNumbers(n, k), sampling !== undefined), sampling);
    if (!targets) return;
    row.targetIds.set(targets);
    row.goldLogit.set(gatherNd(logits, rowColumnIndices(targets, 1)).dataSync());
  });
  return row!;
}

/** Each row's number k times, int32 [n · k]. */
export const rowNumbers = (n: number, k: number): Tensor =>
  tf.tensor1d(
    Int32Array.from({ length: n * k }, (_, i) => Math.floor(i / k)),
    "int32",
  );

/**
 * The device's part, without a number read back: top values and ids [n, k], sums over the tail [5, n], and with `draws` the
 * tail's probabilities and the logits [n, vocab]. `rows` are the `rowNumbers`.
 */
export function deviceStatistics(logits: Tensor, k: number, rows: Tensor, draws: boolean): Named {
  const [values, ids] = topK(logits, k);
  const listed = columns([rows, reshape(ids, [-1])]);
  const tail = withoutTokens(logits, listed, rows.shape[0]!);
  const peak = max(tail, 1, true);
  const weights = exp(sub(tail, peak));
  // exp(x / 2) and exp(x / 4) by roots: exp is the dearest op here, and what underflows is below 1e-9 of the sum
  const root = sqrt(weights);
  const total = sum(weights, 1, true);
  const sums = [total, sum(root, 1, true), sum(sqrt(root), 1, true), sum(mul(weights, logits), 1, true)];
  return {
    values,
    ids,
    sums: stack([peak, ...sums].map((column) => reshape(column, [-1]))),
    ...(draws && { shares: div(weights, total), logits }),
  };
}

/** The host's part, with the likeliest token of each row as the one predicted. */
export function readStatistics(device: Named, sampling?: TailSampling): CachedRow {
  const [n, k] = device.values!.shape as [number, number];
  const row = emptyRow(n, { topK: k, samples: sampling?.samples ?? 0 });
  const ids = device.ids!.dataSync() as Int32Array;
  const values = device.values!.dataSync() as Float32Array;
  const numbers = device.sums!.dataSync() as Float32Array;
  sortById(ids, values, k, row.topIds, row.topLogits);
  for (let t = 0; t < n; t++) combine(row, t, k, numbers, n);
  if (sampling) drawTail(row, device, sampling);
  return row;
}

/** Puts a token's top k and the sums over its tail together, in float64. */
function combine(row: CachedRow, t: number, k: number, numbers: Float32Array, n: number): void {
  const { topLogits } = row;
  const from = t * k;
  let place = from;
  for (let i = from + 1; i < from + k; i++) if (topLogits[i]! > topLogits[place]!) place = i;
  const best = topLogits[place]!;
  row.targetIds[t] = row.topIds[place]!;
  row.goldLogit[t] = best;
  // Σ exp(x / T) for T = 1, 2, 4 from one exp: the fourth root's powers.
  const head = [0, 0, 0];
  let weighted = 0;
  for (let i = from; i < from + k; i++) {
    const logit = topLogits[i]!;
    const fourth = Math.exp((logit - best) / 4);
    const half = fourth * fourth;
    const whole = half * half;
    head[0]! += whole;
    head[1]! += half;
    head[2]! += fourth;
    weighted += whole * logit;
  }
  const peak = numbers[t]!;
  for (const [i, temperature] of TEMPERATURES.entries()) {
    const logTail = (peak - best) / temperature + Math.log(numbers[(i + 1) * n + t]!);
    const logSum = Math.log(head[i]! + Math.exp(logTail));
    row.logSumExp[t * 3 + i] = best / temperature + logSum;
    row.logTail[t * 3 + i] = logTail - logSum;
    if (temperature !== 1) continue;
    const total = best + logSum;
    const expected = Math.exp(peak - total) * numbers[4 * n + t]! + weighted * Math.exp(best - total);
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

/** Inverse-transform draws from the tail's cumulative probabilities. */
function drawTail(row: CachedRow, device: Named, { samples, random }: TailSampling): void {
  const [n, vocab] = device.shares!.shape as [number, number];
  const shares = device.shares!.dataSync() as Float32Array;
  const values = device.logits!.dataSync() as Float32Array;
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
