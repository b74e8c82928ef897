// Spearman's rank correlation with a bootstrap interval over items, for points that may belong to the same item.
import type { Correlation } from "../results/audit";
import { percentile } from "./bootstrap";
import { Pcg64 } from "./pcg64";
import { significanceSeed, type TestSettings } from "./significance";

type Ranking = (weights: ArrayLike<number>) => Float64Array;

/** Mid-ranks of values of which value i stands `weights[i]` times; the order is found once. */
function ranking(values: readonly number[]): Ranking {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  return (weights) => {
    const ranks = new Float64Array(values.length);
    let before = 0;
    for (let start = 0; start < order.length; ) {
      let end = start;
      let tied = 0;
      while (end < order.length && values[order[end]!] === values[order[start]!])
        tied += weights[order[end++]!]!;
      for (let k = start; k < end; k++) ranks[order[k]!] = before + (tied + 1) / 2;
      before += tied;
      start = end;
    }
    return ranks;
  };
}

function weightedPearson(x: Float64Array, y: Float64Array, weights: ArrayLike<number>): number {
  let [total, sumX, sumY] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    total += weights[i]!;
    sumX += weights[i]! * x[i]!;
    sumY += weights[i]! * y[i]!;
  }
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i]! - sumX / total, y[i]! - sumY / total];
    xy += weights[i]! * dx * dy;
    xx += weights[i]! * dx * dx;
    yy += weights[i]! * dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

/** Spearman's rank correlation, ties at mean rank; NaN where a side is constant. */
export function spearman(x: readonly number[], y: readonly number[]): number {
  const once = new Float64Array(x.length).fill(1);
  return weightedPearson(ranking(x)(once), ranking(y)(once), once);
}

/**
 * Spearman's rho of the points of all items, ties at mean rank, and its 95 % percentile interval over resampled items:
 * the points of one item (several systems' texts of it) stay together.
 */
export function itemCorrelation(
  items: readonly (readonly (readonly [x: number, y: number])[])[],
  { seed = significanceSeed, samples = 1000 }: TestSettings = {},
): Correlation {
  const owners = items.flatMap((points, item) => points.map(() => item));
  const points = items.flat();
  const none = { points: points.length, rho: null, interval95: null };
  if (points.length < 3) return none;
  const rankX = ranking(points.map(([x]) => x));
  const rankY = ranking(points.map(([, y]) => y));
  const rhoOf = (weights: ArrayLike<number>) => weightedPearson(rankX(weights), rankY(weights), weights);
  const rho = rhoOf(new Float64Array(points.length).fill(1));
  if (!Number.isFinite(rho)) return none;
  const draws = new Pcg64(seed).choice(items.length, samples * items.length);
  const found: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    const times = new Int32Array(items.length);
    for (let i = 0; i < items.length; i++) times[draws[sample * items.length + i]!]!++;
    const value = rhoOf(owners.map((item) => times[item]!));
    // A resample of one item over and over has no correlation.
    if (Number.isFinite(value)) found.push(value);
  }
  const sorted = Float64Array.from(found).sort();
  const interval95: Correlation["interval95"] =
    sorted.length > samples / 2 ? [percentile(sorted, 2.5), percentile(sorted, 97.5)] : null;
  return { points: points.length, rho, interval95 };
}
