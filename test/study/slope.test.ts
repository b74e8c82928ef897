// The drift's interval against series whose drift is known: lines, noise, and walks that jump without going anywhere.
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random";
import { slope } from "../../src/study/slope";

const STEPS = 501;
const ROUNDS = 2000;

/** A share of series of `make` whose interval lies wholly above 0. */
function found(make: (random: Random) => number[]): number {
  const above = Array.from({ length: ROUNDS }, (_, seed) => slope(make(new Random(seed))).low > 0);
  return above.filter(Boolean).length / ROUNDS;
}
const series = (next: (step: number) => number) => Array.from({ length: STEPS }, (_, step) => next(step));
/** Jumps up and down at random steps, which stay. */
const walk = (random: Random, drift = 0) => {
  let level = 0;
  return series(() => {
    if (random.next() < 0.2) level += 300 * (random.next() - 0.5);
    level += drift;
    return level;
  });
};

describe("the drift", () => {
  it("of a line is its slope, exactly", () => {
    const { value, low, high } = slope(series((step) => 500_000 + 3.25 * step));
    expect(value).toBeCloseTo(3.25, 8);
    expect(low).toBeCloseTo(3.25, 8);
    expect(high).toBeCloseTo(3.25, 8);
  });

  it("of a constant is nothing", () => {
    expect(slope(series(() => 7))).toEqual({ value: 0, low: 0, high: 0 });
  });

  it("is taken for growth in at most 1 of 40 series that only jump or only rustle, give or take chance", () => {
    // Two-sided 95 %: 2.5 % above; the error of a share of 2,000 is 0.35 %.
    expect(found((random) => walk(random))).toBeLessThan(0.04);
    expect(found((random) => series(() => 100 * random.next()))).toBeLessThan(0.04);
  });

  it("is found where it is a few times what the jumps hide", () => {
    expect(found((random) => walk(random, 10))).toBeGreaterThan(0.9);
    expect(found((random) => series((step) => 100 * random.next() + 2 * step))).toBeGreaterThan(0.99);
  });

  it("needs values", () => {
    expect(() => slope([1, 2, 3])).toThrow("at least 21 values, found 3");
  });
});
