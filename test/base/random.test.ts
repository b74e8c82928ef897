// The seeded generator: published reference outputs, moments, determinism, resumption.
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random";

/** xoshiro128** written naively in BigInt, straight from the authors' definition. */
function* reference(state: readonly number[]): Generator<number> {
  const mask = 0xffffffffn;
  const rotate = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & mask;
  const s = state.map((word) => BigInt(word));
  while (true) {
    const result = (rotate((s[1]! * 5n) & mask, 7n) * 9n) & mask;
    const shifted = (s[1]! << 9n) & mask;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = rotate(s[3]!, 11n);
    yield Number(result);
  }
}

describe("Random", () => {
  it("follows xoshiro128** for 1000 draws, two words to a float64", () => {
    const state = [1, 2, 3, 4];
    const random = Random.fromState(state);
    const words = reference(state);
    for (let i = 0; i < 1000; i++) {
      const high = words.next().value >>> 5;
      const low = words.next().value >>> 6;
      expect(random.next()).toBe((high * 2 ** 26 + low) / 2 ** 53);
    }
  });

  it("is uniform: mean 1/2, variance 1/12, all tenths alike", () => {
    const random = new Random(1);
    const draws = Array.from({ length: 200_000 }, () => random.next());
    const mean = draws.reduce((a, b) => a + b) / draws.length;
    const variance = draws.reduce((a, b) => a + (b - mean) ** 2, 0) / draws.length;
    // Four standard errors: sqrt(1/12/n) and sqrt(1/180/n).
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / draws.length));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / draws.length));
    const tenths = new Array<number>(10).fill(0);
    for (const draw of draws) tenths[Math.floor(draw * 10)]! += 1;
    const chiSquare = tenths.reduce((sum, n) => sum + (n - 20_000) ** 2 / 20_000, 0);
    expect(chiSquare).toBeLessThan(27.9); // 99.9 % of chi-square with 9 degrees of freedom
  });

  it("draws normals with mean 0, variance 1, kurtosis 3", () => {
    const random = new Random(2);
    const draws = Array.from({ length: 200_000 }, () => random.normal());
    const moment = (k: number) => draws.reduce((a, b) => a + b ** k, 0) / draws.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.01);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.015);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.1);
  });

  it("draws integers within both bounds and shuffles without loss", () => {
    const random = new Random(3);
    const seen = new Set(Array.from({ length: 1000 }, () => random.integer(-2, 2)));
    expect([...seen].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    const items = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = random.shuffle(items);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
  });

  it("repeats for a seed, differs between seeds, and goes on from a saved state", () => {
    const take = (random: Random) => Array.from({ length: 20 }, () => random.next());
    expect(take(new Random(7))).toEqual(take(new Random(7)));
    expect(take(new Random(7))).not.toEqual(take(new Random(8)));
    const random = new Random(9);
    random.normal();
    const saved = JSON.parse(JSON.stringify(random.state()));
    expect(take(Random.fromState(saved))).toEqual(take(random));
  });
});
