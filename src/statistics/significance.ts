// Paired tests of two systems on the same items, as sacrebleu computes them, and what a test of n items can see at all.
// Riezler & Maxwell (2005); Koehn (2004); Holm (1979); Card et al. (2020); sacrebleu significance.py.
import type { PRF } from "../results/scores";
import { percentile } from "./bootstrap";
import { Pcg64 } from "./pcg64";

/** sacrebleu's own default seed. */
export const significanceSeed = 12345;

export interface TestSettings {
  seed?: number;
  samples?: number;
}

export interface PairedTest {
  samples: number;
  /** Samples whose difference is strictly larger than the observed one, as sacrebleu counts. */
  count: number;
  /** (count + 1) / (samples + 1), as sacrebleu reports. */
  p: number;
}

export interface RandomisationTest extends PairedTest {
  /**
   * The same with samples of exactly the observed difference counted as well. It is the valid p where scores tie often
   * (shares of facts), and 1 for a system against itself, where sacrebleu's is 1 / (samples + 1).
   */
  pWithTies: number;
}

/** Draws depend on seed and size alone, and the study repeats both for every metric and pair. */
function remembered<Value>(make: (n: number, samples: number, seed: number) => Value) {
  const kept = new Map<string, Value>();
  return (n: number, samples: number, seed: number): Value => {
    const key = `${n} ${samples} ${seed}`;
    let value = kept.get(key);
    if (value === undefined) {
      if (kept.size >= 4) kept.delete(kept.keys().next().value as string);
      value = make(n, samples, seed);
      kept.set(key, value);
    }
    return value;
  };
}

const swaps = remembered((n, samples, seed) => new Pcg64(seed).booleans(samples * n));
const resamples = remembered((n, samples, seed) => new Pcg64(seed).choice(n, samples * n));

function requirePairs(baseline: ArrayLike<number>, system: ArrayLike<number>): number {
  if (baseline.length !== system.length || baseline.length === 0) {
    throw new Error(
      `A paired test needs one score an item from both systems; found ${baseline.length} and ${system.length}.`,
    );
  }
  for (let i = 0; i < baseline.length; i++) {
    if (!Number.isFinite(baseline[i]!) || !Number.isFinite(system[i]!)) {
      throw new Error(
        `A paired test needs finite scores; item ${i} has ${baseline[i]} and ${system[i]}. Leave such items out of both.`,
      );
    }
  }
  return baseline.length;
}

/** The mean, added left to right. */
export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** The columns' means. */
export function meanPRF(items: readonly PRF[]): PRF {
  return {
    precision: meanOf(items.map((item) => item.precision)),
    recall: meanOf(items.map((item) => item.recall)),
    f: meanOf(items.map((item) => item.f)),
  };
}

/** Standard deviation of a sample (n - 1). */
export function standardDeviation(values: ArrayLike<number>): number {
  const mean = meanOf(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}

/** Paired approximate randomisation: how often randomly swapped systems differ as much (sacrebleu `--paired-ar`). */
export function approximateRandomisation(
  baseline: ArrayLike<number>,
  system: ArrayLike<number>,
  { seed = significanceSeed, samples = 10_000 }: TestSettings = {},
): RandomisationTest {
  const n = requirePairs(baseline, system);
  const observed = Math.abs(meanOf(baseline) - meanOf(system));
  const base = Float64Array.from(baseline);
  const other = Float64Array.from(system);
  const swap = swaps(n, samples, seed);
  let count = 0;
  let withTies = 0;
  for (let sample = 0, at = 0; sample < samples; sample++) {
    let sumA = 0;
    let sumB = 0;
    for (let i = 0; i < n; i++, at++) {
      if (swap[at]) {
        sumA += base[i]!;
        sumB += other[i]!;
      } else {
        sumA += other[i]!;
        sumB += base[i]!;
      }
    }
    const difference = Math.abs(sumA / n - sumB / n);
    if (difference > observed) count++;
    if (difference >= observed - 1e-12) withTies++;
  }
  return { samples, count, p: (count + 1) / (samples + 1), pWithTies: (withTies + 1) / (samples + 1) };
}

/** Means of float32 scores over resamples, summed in float32 row by row as numpy does for sacrebleu. */
function resampledMeans(scores: ArrayLike<number>, draws: Int32Array, samples: number): Float32Array {
  const n = scores.length;
  const values = Float32Array.from(scores);
  const means = new Float32Array(samples);
  for (let sample = 0, at = 0; sample < samples; sample++) {
    let sum = 0;
    for (let i = 0; i < n; i++, at++) sum = Math.fround(sum + values[draws[at]!]!);
    means[sample] = sum / n;
  }
  return means;
}

export interface BootstrapMean {
  mean: number;
  /** Half the width of the 95 % interval. */
  halfWidth: number;
}

function intervalOf(means: Float32Array): BootstrapMean {
  const sorted = means.slice().sort();
  const cut = Math.floor(sorted.length / 40);
  return { mean: meanOf(sorted), halfWidth: 0.5 * (sorted[sorted.length - cut - 1]! - sorted[cut]!) };
}

/** Paired bootstrap (sacrebleu `--paired-bs`), with each system's own bootstrap mean and interval. */
export function pairedBootstrap(
  baseline: ArrayLike<number>,
  system: ArrayLike<number>,
  { seed = significanceSeed, samples = 1000 }: TestSettings = {},
): PairedTest & { baseline: BootstrapMean; system: BootstrapMean } {
  const n = requirePairs(baseline, system);
  const draws = resamples(n, samples, seed);
  const ofBaseline = resampledMeans(baseline, draws, samples);
  const ofSystem = resampledMeans(system, draws, samples);
  const differences = ofSystem.map((mean, i) => Math.abs(mean - ofBaseline[i]!));
  const centre = Math.fround(meanOf(differences));
  const observed = Math.abs(meanOf(baseline) - meanOf(system));
  let count = 0;
  for (const difference of differences) if (Math.fround(difference - centre) > observed) count++;
  return {
    samples,
    count,
    p: (count + 1) / (samples + 1),
    baseline: intervalOf(ofBaseline),
    system: intervalOf(ofSystem),
  };
}

/** 95 % percentile bootstrap interval of the mean of per-item scores (or of paired differences). */
export function meanInterval95(
  scores: ArrayLike<number>,
  { seed = significanceSeed, samples = 1000 }: TestSettings = {},
): [number, number] {
  const n = scores.length;
  if (n === 0) throw new Error("An interval needs at least one score, found none.");
  const draws = resamples(n, samples, seed);
  const means = new Float64Array(samples);
  for (let sample = 0, at = 0; sample < samples; sample++) {
    let sum = 0;
    for (let i = 0; i < n; i++, at++) sum += scores[draws[at]!]!;
    means[sample] = sum / n;
  }
  means.sort();
  return [percentile(means, 2.5), percentile(means, 97.5)];
}

/** Holm's step-down adjustment of a family of p-values, in the order given. */
export function holm(p: readonly number[]): number[] {
  const order = p.map((_, i) => i).sort((a, b) => p[a]! - p[b]!);
  const adjusted = new Array<number>(p.length);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (p.length - rank) * p[index]!));
    adjusted[index] = largest;
  });
  return adjusted;
}

/** Cohen's d of paired scores: mean difference over the standard deviation of the differences; 0 where all are 0. */
export function cohenD(baseline: ArrayLike<number>, system: ArrayLike<number>): number {
  const n = requirePairs(baseline, system);
  const differences = Array.from({ length: n }, (_, i) => system[i]! - baseline[i]!);
  const mean = meanOf(differences);
  return mean === 0 ? 0 : mean / standardDeviation(differences);
}

/** z for a two-sided level of 5 % and 80 % power: 1.95996 + 0.84162. */
const Z_80 = 2.801585;

/** The smallest true mean difference that a paired test of n items at level .05 finds four times in five. */
export function detectableDifference(deviationOfDifferences: number, n: number): number {
  return (Z_80 * deviationOfDifferences) / Math.sqrt(n);
}
