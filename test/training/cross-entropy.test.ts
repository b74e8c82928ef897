// Cross-entropy and its gradient against float64, for sure, unsure and hopeless rows.
import { it } from "vitest";
import { Random } from "../../src/base/random";
import { tf } from "../../src/engine/tf";
import { crossEntropy } from "../../src/training/cross-entropy";
import { expectRounded, sizeOf } from "../rounding";

const ROWS = 4;
const VOCAB = 700;

it.each([
  ["unsure", 0.1, 0],
  ["softcapped", 8, 0],
  ["sure, around a thousand", 8, 1000],
  ["so sure that other probabilities underflow", 300, 0],
])("equals float64: %s", (_, spread, shift) => {
  const random = new Random(5);
  const logits = Float32Array.from({ length: ROWS * VOCAB }, () => shift + spread * random.normal());
  const labels = Int32Array.from({ length: ROWS }, () => random.integer(0, VOCAB - 1));
  // One row whose label is its likeliest token.
  labels[0] = logits.subarray(0, VOCAB).indexOf(logits.subarray(0, VOCAB).reduce((a, b) => Math.max(a, b)));
  const [loss, gradient] = tf.tidy(() => {
    const found = crossEntropy(tf.tensor2d(logits, [ROWS, VOCAB]), tf.tensor1d(labels, "int32"));
    return [found.loss.dataSync(), found.gradient.dataSync()];
  }) as unknown as [Float32Array, Float32Array];
  for (let row = 0; row < ROWS; row++) {
    const values = Array.from(logits.subarray(row * VOCAB, (row + 1) * VOCAB));
    const peak = Math.max(...values);
    const total = values.reduce((sum, x) => sum + Math.exp(x - peak), 0);
    const expected = Math.log(total) + peak - values[labels[row]!]!;
    expectRounded([loss[row]!], [expected], VOCAB, sizeOf(values.map((x) => x - peak)));
    const slopes = values.map((x, id) => Math.exp(x - peak) / total - (id === labels[row] ? 1 : 0));
    expectRounded(gradient.subarray(row * VOCAB, (row + 1) * VOCAB), slopes, VOCAB, 1);
  }
});
