// Blocks that the export writes: byte for byte gguf-py's where it makes the format, else errors within what the arithmetic allows.
import * as path from "node:path";
import { expect, it } from "vitest";
import { typeOfName } from "../../../src/base/gguf/tensor-types";
import { Random } from "../../../src/base/random";
import { quantizeBlocks, type WrittenType } from "../../../src/export/gguf/blocks";
import { dequantize } from "../../../src/models/gguf/blocks";
import { WeightFiles } from "../../../src/models/safetensors";

const reference = WeightFiles.open(path.join(__dirname, "../../fixtures/gguf/quantized.safetensors"));
const given = reference.float32("values");

it.each<WrittenType>(["F16", "BF16", "Q8_0", "Q4_0", "Q5_0"])("%s is gguf-py's, byte for byte", (name) => {
  const found = quantizeBlocks(name, given);
  expect(Buffer.from(found).equals(Buffer.from(reference.bytes(`${name}.bytes`)))).toBe(true);
});

const readBack = (name: WrittenType, values: Float32Array): Float32Array => {
  const found = new Float32Array(values.length);
  dequantize(typeOfName(name), quantizeBlocks(name, values), found);
  return found;
};

it("F32 is the same bits", () => {
  expect(readBack("F32", given)).toEqual(given);
});

/** Numbers of a normal distribution. */
function gaussian(count: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
    return radius * Math.cos(2 * Math.PI * random.next());
  });
}

const rms = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

it.each<[WrittenType, number, (group: Float32Array) => number]>([
  // A step of a group of 16: its largest value is 32 of them.
  ["Q6_K", 16, (group) => Math.max(...group.map(Math.abs)) / 32],
  // A step of a group of 32: from lowest to highest value are 15.
  ["Q4_K", 32, (group) => (Math.max(...group) - Math.min(...group)) / 15],
])(
  "%s: the error of normal values is that of even steps, and each is within what its group allows",
  (name, size, stepOf) => {
    const values = gaussian(256 * 64, 7);
    const found = readBack(name, values);
    let squares = 0;
    for (let from = 0; from < values.length; from += size) {
      const group = values.subarray(from, from + size);
      const step = stepOf(group);
      squares += size * step * step;
      for (let i = 0; i < size; i++) {
        // Half a step, as much again where the best scale cuts the outermost value, and the group's scale in few bits.
        expect(Math.abs(found[from + i]! - group[i]!)).toBeLessThan(2 * step);
      }
    }
    const even = Math.sqrt(squares / values.length / 12);
    const error = rms(values.map((value, i) => value - found[i]!));
    expect(error).toBeLessThan(1.05 * even);
    expect(error).toBeGreaterThan(0.5 * even);
  },
);

it("K-quants keep zeros, one value, and numbers that a group's code can say exactly", () => {
  const exact = Float32Array.from({ length: 256 }, (_, i) => (i % 16) * 0.5 - 2);
  for (const name of ["Q4_K", "Q6_K"] as const) {
    expect(readBack(name, new Float32Array(256)).every((value) => value === 0)).toBe(true);
    const one = new Float32Array(256).fill(-0.75);
    for (const value of readBack(name, one)) expect(Math.abs(value + 0.75)).toBeLessThan(0.75 / 64);
    for (const [i, value] of readBack(name, exact).entries())
      expect(Math.abs(value - exact[i]!)).toBeLessThan(0.12);
  }
});

it("refuses numbers that the format cannot hold", () => {
  const large = (value: number) => new Float32Array(256).fill(value);
  expect(() => quantizeBlocks("F16", large(1e5))).toThrow("100000 is beyond fp16");
  expect(() => quantizeBlocks("Q8_0", large(1e9))).toThrow("beyond fp16");
  expect(() => quantizeBlocks("Q6_K", large(1e9))).toThrow("beyond fp16");
  expect(() => quantizeBlocks("BF16", large(Number.NaN))).toThrow("NaN at place 0 is no number");
  expect(() => quantizeBlocks("Q4_K", new Float32Array(32))).toThrow("no whole number of Q4_K blocks");
});
