// The bound on roundings against fp32 sums in every order that processors take, and against real faults.
import { describe, expect, it } from "vitest";
import { Random } from "../src/base/random";
import { toBfloat16, upcastBfloat16 } from "../src/models/safetensors-dtypes";
import { expectRounded, roundingBound, sizeOf } from "./rounding";

const { fround } = Math;
const random = new Random(12);

/** A dot product with `lanes` running sums that are added up at the end; fused: one rounding a term. */
function dot(a: Float32Array, b: Float32Array, lanes: number, fused: boolean): number {
  const sums = new Float32Array(lanes);
  for (let i = 0; i < a.length; i++) {
    const product = a[i]! * b[i]!; // exact in float64
    sums[i % lanes] = sums[i % lanes]! + (fused ? product : fround(product));
  }
  return sums.reduce((sum, x) => fround(sum + x), 0);
}

const ORDERS = [1, 4, 8, 16, 48].flatMap((lanes) => [false, true].map((fused) => [lanes, fused] as const));

describe.each([
  ["of either sign", () => random.normal()],
  ["all positive", () => random.next()],
])("products of numbers %s", (_, draw) => {
  it.each([8, 72, 1030, 20_000])("of length %i lie within it, in whatever order", (length) => {
    const values = () => Float32Array.from({ length }, draw);
    for (let trial = 0; trial < Math.min(400, 400_000 / length); trial++) {
      const [a, b] = [values(), values()];
      const size = a.reduce((sum, x, i) => sum + Math.abs(x * b[i]!), 0);
      const found = ORDERS.map(([lanes, fused]) => dot(a, b, lanes, fused));
      const apart = Math.max(...found) - Math.min(...found);
      expect(apart).toBeLessThan(roundingBound(2 * length, size));
    }
  });

  it("with a term left out or numbers kept in bfloat16 lie outside it", () => {
    const length = 1030;
    const [a, b] = [Float32Array.from({ length }, draw), Float32Array.from({ length }, draw)];
    const exact = a.reduce((sum, x, i) => sum + x * b[i]!, 0);
    const bound = roundingBound(
      2 * length,
      a.reduce((sum, x, i) => sum + Math.abs(x * b[i]!), 0),
    );
    const terms = a.map((x, i) => Math.abs(x * b[i]!)).sort();
    expect(terms[length / 10]!).toBeGreaterThan(bound);
    const coarse = new Float32Array(length);
    upcastBfloat16(toBfloat16(a), coarse);
    expect(Math.abs(coarse.reduce((sum, x, i) => sum + x * b[i]!, 0) - exact)).toBeGreaterThan(bound);
  });
});

it("names what lies outside, and takes no NaN", () => {
  expect(sizeOf([1, -3, 2])).toBe(3);
  expectRounded([1, 2 + 2 ** -22], [1, 2], 4);
  expect(() => expectRounded([1, 2 + 2 ** -20], [1, 2], 4)).toThrow("after 4 roundings of numbers up to 2");
  expect(() => expectRounded([Number.NaN], [1], 4)).toThrow("largest difference");
  expect(() => expectRounded([1], [1, 1], 4)).toThrow();
});
