// Fake-quantised weights: the same numbers as the stored form, and a gradient that goes straight through.
import { expect, it } from "vitest";
import { Random } from "../../src/base/random";
import { valueAndGradients } from "../../src/engine/gradient";
import { type Tensor, tf } from "../../src/engine/tf";
import { fakeQuantized, roundToGrid } from "../../src/quantization/fake-quantized";
import { dequantize, quantize } from "../../src/quantization/groupwise";
import { matrix } from "../training/finite-differences";

// 70 columns: the last group is not full. A group of zeros, and groups of one sign.
const weight = matrix(new Random(5), 4, 70);
weight[0]!.fill(0, 0, 32);
for (let i = 0; i < 32; i++) weight[1]![i] = Math.abs(weight[1]![i]!);
for (let i = 0; i < 32; i++) weight[2]![i] = -Math.abs(weight[2]![i]!);

it.each([
  ["own", true],
  ["asymmetric", false],
] as const)("the grid %s gives what is stored", (grid, symmetric) => {
  const found = tf.tidy(
    () => roundToGrid(tf.tensor2d(weight), grid).value.dataSync() as never,
  ) as Float32Array;
  const stored = dequantize(
    quantize(Float32Array.from(weight.flat()), [4, 70], { bits: 4, groupSize: 32, symmetric }),
  );
  for (const [i, value] of stored.entries())
    expect(Math.abs(found[i]! - value), `weight ${i}`).toBeLessThan(1e-6);
});

it("the gradient is that of the dequantised weights by central differences, 0 where a code was cut if wanted", () => {
  const input = matrix(new Random(6), 3, 70);
  const run = (clipped: boolean) =>
    tf.tidy(() => {
      const w = tf.tensor2d(weight) as Tensor;
      const { gradients } = valueAndGradients(() => {
        const y = tf.matMul(tf.tensor2d(input), fakeQuantized(w, "own", { clipped }) as never, false, true);
        return tf.sum(tf.square(y)) as Tensor;
      }, [w]);
      return gradients[0]!.dataSync() as never;
    }) as Float32Array;
  const { value, inside } = tf.tidy(() => {
    const rounded = roundToGrid(tf.tensor2d(weight), "own");
    return { value: rounded.value.arraySync(), inside: rounded.inside.dataSync() } as never;
  }) as { value: number[][]; inside: Float32Array };
  const loss = (w: number[][]) =>
    input.reduce(
      (sum, x) => sum + w.reduce((s, row) => s + row.reduce((d, v, i) => d + v * x[i]!, 0) ** 2, 0),
      0,
    );
  const through = run(false);
  const cut = run(true);
  expect(inside.filter((v) => v === 0).length).toBeGreaterThan(0);
  for (let r = 0; r < 4; r++) {
    for (let c = 0; c < 70; c += 3) {
      const moved = (by: number) =>
        loss(value.map((row, i) => row.map((v, j) => (i === r && j === c ? v + by : v))));
      const slope = (moved(1e-4) - moved(-1e-4)) / 2e-4;
      const i = r * 70 + c;
      expect(Math.abs(through[i]! - slope) / (1 + Math.abs(slope)), `weight ${i}`).toBeLessThan(1e-4);
      expect(cut[i]).toBe(inside[i] ? through[i] : 0);
    }
  }
});
