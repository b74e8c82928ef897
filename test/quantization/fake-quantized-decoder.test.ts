// A decoder trained through 4-bit matrices: it answers as the stored one, its gradients reach the weights, and no graph of another is used.
import * as path from "node:path";
import { expect, it } from "vitest";
import { valueAndGradients } from "../../src/engine/gradient";
import { type Tensor, tf } from "../../src/engine/tf";
import { generate } from "../../src/generation/generate";
import { loadDecoder } from "../../src/models/load";
import { matricesOf } from "../../src/quantization/decoder";
import { FakeQuantizedDecoder } from "../../src/quantization/fake-quantized-decoder";
import { dequantize, quantize } from "../../src/quantization/groupwise";
import { crossEntropyStep } from "../../src/training/finetune";

const load = () =>
  loadDecoder(path.join(__dirname, "../fixtures/oracles/models/gemma2"), { trainable: true });
const ids = Int32Array.from([2, 17, 90, 41, 8, 3]);

it("answers as the decoder whose matrices were stored in 4 bits and read back", () => {
  const plain = load();
  const names = new Set(matricesOf(plain));
  const stored = plain.withWeights(
    new Map(
      [...plain.weights].map(([name, weight]) => {
        const values = weight.dataSync() as Float32Array;
        if (!names.has(name)) return [name, tf.tensor1d(values) as Tensor];
        const shape = weight.shape as [number, number];
        const matrix = quantize(values, shape, { bits: 4, groupSize: 32, symmetric: true });
        return [name, tf.tensor2d(dequantize(matrix), shape) as Tensor];
      }),
    ),
  );
  const through = new FakeQuantizedDecoder(plain, "own");
  const left = through.rounded();
  const logits = (decoder: typeof left) =>
    tf.tidy(() => decoder.logits(decoder.hidden(ids, 1)).dataSync() as never) as Float32Array;
  const expected = logits(stored);
  for (const found of [logits(through), logits(left)]) {
    for (const [i, value] of expected.entries()) expect(Math.abs(found[i]! - value)).toBeLessThan(2e-4);
  }
  // A plain decoder's graphs would answer with the weights as they are.
  const options = { maxNewTokens: 8, stopIds: [], padId: 0 };
  const prompt = [[...ids]];
  generate(plain, prompt, options);
  expect(generate(through, prompt, options)).toEqual(generate(stored, prompt, options));
  for (const decoder of [stored, left, through]) decoder.dispose();
});

it("a step's gradient reaches every weight, and leaves no tensor behind", () => {
  const through = new FakeQuantizedDecoder(load(), "own");
  const parameters = [...through.weights.values()] as Tensor[];
  const example = { id: "a", promptIds: [2, 17, 90], targetIds: [41, 8, 1] };
  const sizes = () =>
    tf.tidy(() => {
      const { micro } = crossEntropyStep(through, [example], 0);
      const { gradients } = valueAndGradients(micro[0]!.loss, parameters);
      return gradients.map((g) => tf.max(tf.abs(g)).dataSync()[0]) as never;
    }) as number[];
  expect(Math.min(...sizes())).toBeGreaterThan(0);
  const before = tf.memory().numTensors;
  sizes();
  expect(tf.memory().numTensors).toBe(before);
  through.dispose();
});
