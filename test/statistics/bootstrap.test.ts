// numpy's MT19937 stream and rouge-score's bootstrap, bit for bit.
import { describe, expect, it } from "vitest";
import type { PRF } from "../../src/results/scores";
import { BootstrapDraws, bootstrapRouge } from "../../src/statistics/bootstrap";
import { MersenneTwister } from "../../src/statistics/mersenne-twister";
import { oracle } from "../metrics/oracle";

describe("MT19937", () => {
  const { raw, choice } = oracle("mt19937.json");

  it("draws numpy's words and doubles", () => {
    for (const { seed, uint32, random_sample } of raw) {
      const words = new MersenneTwister(seed);
      expect(uint32.map(() => words.uint32())).toEqual(uint32);
      const doubles = new MersenneTwister(seed);
      expect(random_sample.map(() => doubles.random())).toEqual(random_sample);
    }
  });

  it("chooses as np.random.choice, and uses as many draws", () => {
    for (const { seed, n, first20, next_random_sample } of choice) {
      const random = new MersenneTwister(seed);
      expect([...random.choice(n, new Int32Array(n)).slice(0, 20)]).toEqual(first20);
      expect(random.random()).toBe(next_random_sample);
    }
  });

  it("refuses a seed that numpy refuses", () => {
    expect(() => new MersenneTwister(-1)).toThrow(/seed/);
  });
});

describe("BootstrapAggregator", () => {
  // biome-ignore lint/suspicious/noExplicitAny: see oracle.ts
  it.each(oracle("bootstrap.json").cases as any[])("$id", (expected) => {
    const scores: Record<string, PRF[]> = {};
    for (const type of expected.types_in_order) {
      scores[type] = expected.scores[type].map(([precision, recall, f]: number[]) => ({
        precision,
        recall,
        f,
      }));
    }
    const draws = new BootstrapDraws(expected.seed, expected.n, expected.n_samples);
    const settings = { samples: expected.n_samples, confidence: expected.confidence_interval };
    const ours = bootstrapRouge(scores, expected.seed, settings, draws);
    // Without given draws they are made, or kept from the last call: the result is the same.
    for (let again = 0; again < 2; again++) {
      expect(bootstrapRouge(scores, expected.seed, settings)).toEqual(ours);
    }
    for (const type of expected.types_in_order) {
      for (const end of ["low", "mid", "high"] as const) {
        const { precision, recall, f } = ours[type]![end];
        expect([precision, recall, f]).toEqual(expected.aggregate[type][end]);
      }
      expect(ours[type]!.mid.f).toBe(expected.hf_evaluate_value[type]);
    }
    expect(draws.random.random()).toBe(expected.next_random_sample_after);
  });
});
