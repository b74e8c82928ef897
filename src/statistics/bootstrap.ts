// rouge-score's BootstrapAggregator, bit for bit: resampled means, and their 2.5th, 50th and 97.5th percentile.
import type { PRF } from "../results/scores";
import { MersenneTwister } from "./mersenne-twister";

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

/** The items that every resample draws: for each call in turn, since the calls share numpy's one stream. */
export class BootstrapDraws {
  private readonly calls: Int32Array[] = [];
  readonly random: MersenneTwister;

  constructor(
    readonly seed: number,
    readonly n: number,
    readonly samples: number,
  ) {
    this.random = new MersenneTwister(seed);
  }

  /** Item indices [samples, n] of call 0, 1, ... */
  call(index: number): Int32Array {
    for (let made = this.calls.length; made <= index; made++) {
      this.calls.push(this.random.choice(this.n, new Int32Array(this.samples * this.n)));
    }
    return this.calls[index]!;
  }
}

let kept: BootstrapDraws | undefined;

/** Systems scored on the same items with the same seed draw alike, so the last draws are kept. */
function drawsOf(seed: number, n: number, samples: number): BootstrapDraws {
  if (!kept || kept.seed !== seed || kept.n !== n || kept.samples !== samples) {
    kept = new BootstrapDraws(seed, n, samples);
  }
  return kept;
}

/** Means of precision, recall and F over every resample, each added in the order of the draws. */
function resampledMeans(items: readonly PRF[], draws: Int32Array, samples: number): readonly Float64Array[] {
  const n = items.length;
  const values = new Float64Array(3 * n);
  items.forEach(({ precision, recall, f }, i) => {
    values[3 * i] = precision;
    values[3 * i + 1] = recall;
    values[3 * i + 2] = f;
  });
  const means = [new Float64Array(samples), new Float64Array(samples), new Float64Array(samples)] as const;
  // Each sum is a chain of additions in the order of the draws, so two resamples at a time keep the adder busy.
  for (let sample = 0; sample < samples; sample += 2) {
    const other = Math.min(sample + 1, samples - 1);
    let [p0, r0, f0, p1, r1, f1] = [0, 0, 0, 0, 0, 0];
    for (let i = 0, a = sample * n, b = other * n; i < n; i++) {
      const from0 = 3 * draws[a++]!;
      const from1 = 3 * draws[b++]!;
      p0 += values[from0]!;
      p1 += values[from1]!;
      r0 += values[from0 + 1]!;
      r1 += values[from1 + 1]!;
      f0 += values[from0 + 2]!;
      f1 += values[from1 + 2]!;
    }
    means[0][sample] = p0 / n;
    means[1][sample] = r0 / n;
    means[2][sample] = f0 / n;
    means[0][other] = p1 / n;
    means[1][other] = r1 / n;
    means[2][other] = f1 / n;
  }
  return means;
}

/**
 * Aggregates per-item scores as rouge-score does after `np.random.seed(seed)`: the types share one random stream in
 * their order. Returns per type the interval of precision, recall and F. Throws where there is no item.
 */
export function bootstrapRouge<Type extends string>(
  scores: Record<Type, readonly PRF[]>,
  seed: number,
  { samples = 1000, confidence = 0.95 }: BootstrapSettings = {},
  draws?: BootstrapDraws,
): Record<Type, Interval<PRF>> {
  const types = Object.keys(scores) as Type[];
  const n = types.length > 0 ? scores[types[0]!].length : 0;
  if (n === 0) throw new Error("Bootstrap: expected at least one item, found none.");
  const shared = draws ?? drawsOf(seed, n, samples);
  const tail = (1 - confidence) / 2;
  const ends = { low: 100 * tail, mid: 50, high: 100 * (1 - tail) };
  const result = {} as Record<Type, Interval<PRF>>;
  types.forEach((type, call) => {
    const means = resampledMeans(scores[type], shared.call(call), samples).map((column) => column.sort());
    const at = (q: number): PRF => {
      const [precision, recall, f] = means.map((column) => percentile(column, q)) as [number, number, number];
      return { precision, recall, f };
    };
    result[type] = { low: at(ends.low), mid: at(ends.mid), high: at(ends.high) };
  });
  return result;
}
