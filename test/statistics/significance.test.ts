// numpy's default_rng stream, sacrebleu's paired tests, Holm and scipy's references.
import { describe, expect, it } from "vitest";
import { Pcg64 } from "../../src/statistics/pcg64";
import {
  approximateRandomisation,
  cohenD,
  detectableDifference,
  holm,
  meanInterval95,
  meanOf,
  pairedBootstrap,
  standardDeviation,
} from "../../src/statistics/significance";
import { oracle } from "../metrics/oracle";

describe("PCG64", () => {
  // biome-ignore lint/suspicious/noExplicitAny: see oracle.ts
  it.each(oracle("pcg64.json").generators as any[])("seed $seed draws as numpy", (expected) => {
    const fresh = () => new Pcg64(expected.seed);
    const raw = fresh();
    expect(expected.raw_uint64.map(() => String(raw.uint64()))).toEqual(expected.raw_uint64);
    const doubles = fresh();
    expect(expected.random.map(() => doubles.random())).toEqual(expected.random);
    const bits = fresh();
    expect([...bits.booleans(111)]).toEqual(expected.integers_bool_3x37.map(Number));
    expect([...bits.choice(7, 14)]).toEqual(expected.choice_n7_after_bool_3x37);
    expect([
      ...fresh()
        .choice(206, 3 * 206)
        .slice(0, 40),
    ]).toEqual(expected.choice_n206_3x206_first40);
    expect([...fresh().choice(7, 35)]).toEqual(expected.choice_n7_5x7);
    expect([...fresh().choice(1, 2)]).toEqual(expected.choice_n1_2x1);
  });
});

const { cases, holm: families } = oracle("significance.json");

// biome-ignore lint/suspicious/noExplicitAny: see oracle.ts
describe.each(cases as any[])("sacrebleu: $id", ({ n, baseline, system, runs, scipy, diff }) => {
  // biome-ignore lint/suspicious/noExplicitAny: see oracle.ts
  it.each(runs as any[])("seed $seed", ({ seed, ar, bs, baseline_ci, baseline_score, system_score }) => {
    expect(meanOf(baseline)).toBe(baseline_score);
    expect(meanOf(system)).toBe(system_score);
    const randomised = approximateRandomisation(baseline, system, { seed, samples: ar.n_samples });
    expect(randomised.count).toBe(ar.recount_two_sums);
    expect(randomised.p).toBe((ar.recount_two_sums + 1) / (ar.n_samples + 1));
    expect(randomised.pWithTies).toBe((ar["float64_recount_ge_minus_1e-12"] + 1) / (ar.n_samples + 1));
    const resampled = pairedBootstrap(baseline, system, { seed, samples: bs.n_samples });
    expect(resampled.count).toBe(bs.count);
    expect(resampled.p).toBe(bs.p);
    expect(resampled.system.mean).toBeCloseTo(bs.mean_float32, 6);
    expect(resampled.system.halfWidth).toBeCloseTo(bs.ci_float32, 6);
    expect(resampled.baseline.mean).toBeCloseTo(baseline_ci.mean_float32, 6);
    expect(resampled.baseline.halfWidth).toBeCloseTo(baseline_ci.ci_float32, 6);
  });

  it("scipy's references", () => {
    const differences = system.map((score: number, i: number) => score - baseline[i]);
    if (diff.sd_ddof1 === "NaN" || n < 2) return;
    expect(meanOf(differences)).toBeCloseTo(diff.mean, 12);
    expect(standardDeviation(differences)).toBeCloseTo(diff.sd_ddof1, 12);
    if (typeof scipy?.permutation_p_two_sided === "number" && n >= 30) {
      const { pWithTies } = approximateRandomisation(baseline, system);
      expect(Math.abs(pWithTies - scipy.permutation_p_two_sided)).toBeLessThanOrEqual(0.02);
      const [low, high] = meanInterval95(differences, { samples: 10_000 });
      const [from, to] = scipy.diff_ci95_percentile;
      expect(Math.abs(low - from)).toBeLessThanOrEqual(0.05 * (to - from));
      expect(Math.abs(high - to)).toBeLessThanOrEqual(0.05 * (to - from));
    }
    if (Array.isArray(scipy?.ttest_rel) && diff.sd_ddof1 > 1e-12) {
      expect(cohenD(baseline, system) * Math.sqrt(n)).toBeCloseTo(scipy.ttest_rel[0], 9);
    }
  });
});

describe("families and power", () => {
  it("adjusts as Holm", () => {
    for (const { p, adjusted } of families) {
      const ours = holm(p);
      expect(ours.length).toBe(adjusted.length);
      ours.forEach((value, i) => {
        expect(value).toBeCloseTo(adjusted[i], 12);
      });
    }
  });

  it("a system against itself is a tie", () => {
    expect(approximateRandomisation([0.1, 0.2], [0.1, 0.2]).pWithTies).toBe(1);
    expect(cohenD([0.1, 0.2], [0.1, 0.2])).toBe(0);
  });

  it("206 items see .029 at a deviation of .15 (Card et al.'s formula)", () => {
    expect(detectableDifference(0.15, 206)).toBeCloseTo(0.0293, 4);
    expect(detectableDifference(0.008, 206)).toBeCloseTo(0.00156, 5);
  });

  it("names an item without a score", () => {
    expect(() => approximateRandomisation([0.5, Number.NaN], [0.5, 0.5])).toThrow(/item 1/);
    expect(() => pairedBootstrap([0.5], [])).toThrow(/1 and 0/);
  });
});
