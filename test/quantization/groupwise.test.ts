// Group-wise rounding against a naive float64 loop: bounds of the error, zero points, packing, and the engine's own arithmetic.
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random";
import { engineMemory } from "../../src/engine/facts";
import { PackedTensor } from "../../src/engine/packed";
import { tf } from "../../src/engine/tf";
import {
  dequantize,
  packedZeroPoints,
  type QuantizedMatrix,
  quantize,
} from "../../src/quantization/groupwise";
import { type Scheme, storedBytes } from "../../src/quantization/scheme";
import { expectRounded, roundingBound, sizeOf } from "../rounding";

const SCHEMES = ([4, 8] as const).flatMap((bits) =>
  ([32, 64, 128] as const).flatMap((groupSize) =>
    [true, false].map((symmetric): Scheme => ({ bits, groupSize, symmetric })),
  ),
);

// Rows that do not fill their last group, and an offset, so that symmetric and asymmetric groups differ.
const [rows, columns] = [7, 150];
const random = new Random(3);
const weights = Float32Array.from({ length: rows * columns }, () => random.normal() * 0.1 + 0.05);

/** Code `i` of a row, read bit by bit out of the bytes. */
function codeAt({ scheme, codes }: QuantizedMatrix, row: number, column: number): number {
  const perRow = Math.ceil(columns / scheme.groupSize) * scheme.groupSize;
  let code = 0;
  for (let bit = 0; bit < scheme.bits; bit++) {
    const at = (row * perRow + column) * scheme.bits + bit;
    code += ((codes[at >> 3]! >> (at & 7)) & 1) * 2 ** bit;
  }
  return code;
}

describe.each(SCHEMES)("$bits bits, groups of $groupSize, symmetric $symmetric", (scheme) => {
  const matrix = quantize(weights, [rows, columns], scheme);
  const restored = dequantize(matrix);
  const groups = Math.ceil(columns / scheme.groupSize);
  const last = 2 ** scheme.bits - 1;

  it("stores scale · (code - zero point), and no other code would be nearer", () => {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const group = row * groups + Math.floor(column / scheme.groupSize);
        const scale = matrix.scales[group]!;
        const zero = matrix.zeroPoints?.[group] ?? 2 ** (scheme.bits - 1);
        const value = weights[row * columns + column]!;
        const found = restored[row * columns + column]!;
        expectRounded([found], [scale * (codeAt(matrix, row, column) - zero)], 1);
        let nearest = Number.POSITIVE_INFINITY;
        for (let code = 0; code <= last; code++)
          nearest = Math.min(nearest, Math.abs(value - scale * (code - zero)));
        expect(Math.abs(value - found)).toBeLessThanOrEqual(
          nearest + roundingBound(1, sizeOf([value, found])),
        );
      }
    }
  });

  it("moves no weight by more than its group's range allows", () => {
    for (let row = 0; row < rows; row++) {
      for (let from = 0; from < columns; from += scheme.groupSize) {
        const part = [
          ...weights.subarray(
            row * columns + from,
            row * columns + Math.min(columns, from + scheme.groupSize),
          ),
        ];
        const step = scheme.symmetric
          ? Math.max(...part.map(Math.abs)) / 2 ** (scheme.bits - 1)
          : (Math.max(0, ...part) - Math.min(0, ...part)) / last;
        for (const [i, value] of part.entries()) {
          expect(Math.abs(value - restored[row * columns + from + i]!)).toBeLessThanOrEqual(step * 1.0001);
        }
      }
    }
  });

  it("rounds what it restored to the same codes", () => {
    const again = quantize(restored, [rows, columns], scheme);
    expect(again.codes).toEqual(matrix.codes);
    expect(again.zeroPoints).toEqual(matrix.zeroPoints);
  });

  it("takes the bytes that the size rule says", () => {
    const { codes, scales, zeroPoints } = matrix;
    expect(codes.byteLength + scales.byteLength + (zeroPoints?.byteLength ?? 0)).toBe(
      storedBytes([rows, columns], scheme),
    );
  });

  it("multiplies and looks up rows in the engine as a float64 loop over the restored weights, and frees all", () => {
    // The engine keeps axes and factors once they were used: the first round makes them, the second is counted.
    use();
    const before = engineMemory();
    use();
    const { rss: _, ...after } = engineMemory();
    expect(after).toEqual({ tensors: before.tensors, bytes: before.bytes });
  });

  function use() {
    const before = engineMemory();
    const packed = PackedTensor.of(matrix);
    expect(engineMemory().bytes - before.bytes).toBe(storedBytes([rows, columns], scheme));
    expect(packed.bytes).toBe(storedBytes([rows, columns], scheme));
    const x = Float32Array.from({ length: 3 * columns }, () => random.normal());
    const y = Float32Array.from({ length: 3 * rows }, () => random.normal());
    tf.tidy(() => {
      expect(packed.dataSync()).toEqual(restored);
      const product = packed.timesTransposed(tf.tensor2d(x, [3, columns]));
      const back = packed.times(tf.tensor2d(y, [3, rows]));
      const naive = (
        n: number,
        m: number,
        k: number,
        a: (i: number, l: number) => number,
        b: (l: number, j: number) => number,
      ) =>
        Array.from({ length: n * m }, (_, at) => {
          let sum = 0;
          for (let l = 0; l < k; l++) sum += a(Math.floor(at / m), l) * b(l, at % m);
          return sum;
        });
      const w = (row: number, column: number) => restored[row * columns + column]!;
      expectRounded(
        product.dataSync(),
        naive(
          3,
          rows,
          columns,
          (i, l) => x[i * columns + l]!,
          (l, j) => w(j, l),
        ),
        columns,
      );
      expectRounded(
        back.dataSync(),
        naive(
          3,
          columns,
          rows,
          (i, l) => y[i * rows + l]!,
          (l, j) => w(l, j),
        ),
        rows,
      );
      const chosen = packed.rows(tf.tensor1d([6, 0, 6], "int32")).dataSync();
      expect([...chosen]).toEqual(
        [6, 0, 6].flatMap((row) => [...restored.subarray(row * columns, (row + 1) * columns)]),
      );
    });
    packed.dispose();
  }
});

describe("by hand", () => {
  const scheme = { bits: 4, groupSize: 32, symmetric: false } as const;

  it("an asymmetric group spans from its lowest to its highest weight, zero among them", () => {
    const values = Float32Array.from({ length: 64 }, (_, i) => (i < 32 ? i / 2 : -0.25 - i / 64));
    const { scales, zeroPoints } = quantize(values, [1, 64], scheme);
    expect([...scales]).toEqual([Math.fround(15.5 / 15), Math.fround((0.25 + 63 / 64) / 15)]);
    expect([...zeroPoints!]).toEqual([0, 15]);
  });

  it("packs the first code into the low half of a byte, and zero points likewise", () => {
    const values = new Float32Array(64);
    values.set([-8, 7, 1, -2]);
    values.set([15, 0, 3], 32);
    const symmetric = quantize(values, [1, 64], { ...scheme, symmetric: true });
    expect([...symmetric.codes.subarray(0, 3)]).toEqual([0x0 + (15 << 4), 9 + (6 << 4), 0x88]);
    const matrix = quantize(values, [1, 64], scheme);
    expect([...matrix.zeroPoints!]).toEqual([8, 0]);
    expect([...packedZeroPoints(matrix)]).toEqual([8]);
  });

  it("keeps a group of zeros at zero, and refuses what is no number", () => {
    expect([...dequantize(quantize(new Float32Array(32), [1, 32], scheme))]).toEqual(Array(32).fill(0));
    const broken = new Float32Array(64).fill(1);
    broken[40] = Number.NaN;
    expect(() => quantize(broken, [2, 32], scheme)).toThrow("Row 1, column 8: NaN");
    broken[40] = Number.POSITIVE_INFINITY;
    expect(() => quantize(broken, [2, 32], scheme)).toThrow("Row 1");
  });
});

it("a large matrix lies in several blocks and is widened one at a time", () => {
  const shape = [5000, 1100] as const;
  const large = Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(i));
  const matrix = quantize(large, shape, { bits: 4, groupSize: 64, symmetric: false });
  const packed = PackedTensor.of(matrix);
  const bytes = ({ buffer }: Float32Array) => Buffer.from(buffer);
  expect(bytes(packed.dataSync()).equals(bytes(dequantize(matrix)))).toBe(true);
  packed.dispose();
});
