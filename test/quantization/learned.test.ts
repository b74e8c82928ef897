// Learned rounding: against the definition of its error on a small matrix, and its divergence against plain rounding's in equal bytes.
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random";
import { studyCorpus } from "../../src/corpus/corpus";
import { loadDecoder } from "../../src/models/load";
import { encodeItem } from "../../src/prompts/example";
import { loadTokenizer } from "../../src/prompts/tokenizer";
import { type CalibrationText, withDivergence } from "../../src/quantization/calibrate";
import { disposePacked, quantizedDecoder, uniformPlan } from "../../src/quantization/decoder";
import { dequantize, quantize } from "../../src/quantization/groupwise";
import { learnedDecoder, quantizeLearned } from "../../src/quantization/learned";
import { INT4, INT8, type Scheme } from "../../src/quantization/scheme";

/** Inputs [count, size] that go together: each the one before it with some noise. */
function inputs(count: number, size: number, random: Random): number[][] {
  return Array.from({ length: count }, () => {
    let before = random.next() - 0.5;
    return Array.from({ length: size }, () => {
      before = 0.8 * before + (random.next() - 0.5);
      return before;
    });
  });
}

/** The sum over inputs x of |(w - rounded) x|², by its definition. */
function outputError(w: Float32Array, rounded: Float32Array, rows: number, xs: number[][]): number {
  let error = 0;
  for (const x of xs)
    for (let row = 0; row < rows; row++) {
      const off = x.reduce((sum, value, i) => {
        const at = row * x.length + i;
        return sum + (w[at]! - rounded[at]!) * value;
      }, 0);
      error += off * off;
    }
  return error;
}

describe("a matrix", () => {
  const random = new Random(3);
  const shape = [12, 72] as const;
  const values = Float32Array.from({ length: 12 * 72 }, () => random.next() - 0.4);
  const xs = inputs(400, 72, random);
  const products = new Float64Array(72 * 72);
  for (const x of xs)
    for (let i = 0; i < 72; i++) for (let j = 0; j < 72; j++) products[i * 72 + j]! += x[i]! * x[j]!;

  it.each<Scheme>([INT4, { ...INT4, symmetric: false }, INT8, { bits: 4, groupSize: 128, symmetric: true }])(
    "in $bits bits, groups of $groupSize, symmetric $symmetric: its outputs are nearer than plain rounding's",
    (scheme) => {
      const plain = quantize(values, shape, scheme);
      const learned = quantizeLearned(values, shape, scheme, products);
      expect(learned.codes.length).toBe(plain.codes.length);
      expect(learned.zeroPoints?.length).toBe(plain.zeroPoints?.length);
      const [before, after] = [plain, learned].map((each) => outputError(values, dequantize(each), 12, xs));
      expect(after!).toBeLessThan(0.6 * before!);
    },
  );

  it("of inputs that do not go together is rounded to the nearest code", () => {
    const apart = new Float64Array(72 * 72);
    for (let i = 0; i < 72; i++) apart[i * 73] = 5;
    const found = dequantize(quantizeLearned(values, shape, INT8, apart));
    const { scales } = quantizeLearned(values, shape, INT8, apart);
    for (const [i, value] of found.entries()) {
      const scale = Math.abs(scales[Math.floor(i / 72) * 3 + Math.floor((i % 72) / 32)]!);
      // Half a step, but for the value beyond the last code.
      expect(Math.abs(value - values[i]!)).toBeLessThan(scale * 1.01);
    }
  });

  it("of nothing seen, of zeros, and what cannot be rounded", () => {
    const none = new Float64Array(72 * 72);
    const found = dequantize(quantizeLearned(values, shape, INT8, none));
    expect(Math.max(...found.map((value, i) => Math.abs(value - values[i]!)))).toBeLessThan(0.01);
    const zeros = quantizeLearned(new Float32Array(12 * 72), shape, INT4, products);
    expect(dequantize(zeros).every((value) => value === 0)).toBe(true);
    const wrong = values.slice();
    wrong[7] = Number.NaN;
    expect(() => quantizeLearned(wrong, shape, INT4, products)).toThrow("not finite");
  });
});

it("a model's divergence on other texts is at most 0.7 of plain rounding's in as many bytes", async () => {
  const folder = path.join(__dirname, "../../data/models/solar");
  const decoder = loadDecoder(folder);
  const tokenizer = await loadTokenizer(folder);
  const counts = { train: 40, validation: 12, "test-in-domain": 0, "test-other": 0 };
  const items = studyCorpus(5, counts);
  const texts = (split: string): CalibrationText[] =>
    items
      .filter((item) => item.split === split)
      .map((item) => encodeItem(tokenizer, item))
      .map(({ promptIds, targetIds }) => ({
        ids: [...promptIds, ...targetIds],
        from: promptIds.length - 1,
      }));
  const plan = uniformPlan(decoder, INT4);
  const [plain, learned] = [quantizedDecoder(decoder, plan), learnedDecoder(decoder, plan, texts("train"))];
  const [before, after] = withDivergence(decoder, texts("validation"), (divergence) => [
    divergence(plain),
    divergence(learned),
  ]) as [number, number];
  expect(after).toBeLessThan(0.7 * before);
  expect(after).toBeGreaterThan(0.05 * before);
  disposePacked(plain);
  disposePacked(learned);
  decoder.dispose();
});
