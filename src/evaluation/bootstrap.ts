// rouge-score's BootstrapAggregator, bit for bit: resampled means, and their 2.5th, 50th and 97.5th percentile.
import { MersenneTwister } from "./mersenne-twister";
import type { PRF } from "./results";

export interface Interval<Value> {
  low: Value;
  /** The median of the resampled means (not their mean): what Hugging Face's `evaluate` reports as the score. */
  mid: Value;
  high: Value;
}

export interface BootstrapSettings {
  samples?: number;
  confidence?: number;
}

/** numpy's `percentile` (linear) of sorted values at `q` in [0, 100]. */
export function percentile(sorted: Float64Array, q: number): number {
  const at = (sorted.length - 1) * (q / 100);
  const below = Math.floor(at);
  const t = at - below;
  const a = sorted[below]!;
  const b = sorted[Math.min(below + 1, sorted.length - 1)]!;
  // numpy interpolates from the nearer end, and the last bit depends on it.
  return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
}

/**
 * Percentile intervals of the columns' means over whole-row resamples.
 * `columns` are equally long lists of per-item values; the random stream goes on from one call to the next.
 */
export function bootstrapColumns(
  columns: readonly ArrayLike<number>[],
  random: MersenneTwister,
  { samples = 1000, confidence = 0.95 }: BootstrapSettings = {},
): Interval<number>[] {
  const n = columns[0]?.length ?? 0;
  if (n === 0) throw new Error("Bootstrap: expected at least one item, found none.");
  const values = columns.map((column) => Float64Array.from(column));
  const means = values.map(() => new Float64Array(samples));
  const draw = new Int32Array(n);
  for (let sample = 0; sample < samples; sample++) {
    random.choice(n, draw);
    for (let column = 0; column < values.length; column++) {
      const value = values[column]!;
      let sum = 0;
      for (let i = 0; i < n; i++) sum += value[draw[i]!]!;
      means[column]![sample] = sum / n;
    }
  }
  const tail = (1 - confidence) / 2;
  return means.map((mean) => {
    mean.sort();
    return {
      low: percentile(mean, 100 * tail),
      mid: percentile(mean, 50),
      high: percentile(mean, 100 * (1 - tail)),
    };
  });
}

/**
 * Aggregates per-item scores as rouge-score does after `np.random.seed(seed)`: the types share one random stream in
 * their order. Returns per type the interval of precision, recall and F.
 */
export function bootstrapRouge<Type extends string>(
  scores: Record<Type, readonly PRF[]>,
  seed: number,
  settings: BootstrapSettings = {},
  random = new MersenneTwister(seed),
): Record<Type, Interval<PRF>> {
  const result = {} as Record<Type, Interval<PRF>>;
  for (const type of Object.keys(scores) as Type[]) {
    const items = scores[type];
    const [p, r, f] = bootstrapColumns(
      [items.map((s) => s.precision), items.map((s) => s.recall), items.map((s) => s.f)],
      random,
      settings,
    ) as [Interval<number>, Interval<number>, Interval<number>];
    const at = (end: "low" | "mid" | "high"): PRF => ({ precision: p[end], recall: r[end], f: f[end] });
    result[type] = { low: at("low"), mid: at("mid"), high: at("high") };
  }
  return result;
}
