// A distillation step: the same from a cache, from a teacher in memory, in one batch or in several.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { LogitCache, LogitCacheWriter } from "../../src/distillation/cache";
import { captureGold } from "../../src/distillation/capture";
import { distillStep } from "../../src/distillation/distill";
import { valueAndGradients } from "../../src/engine/gradient";
import { type Tensor, tf } from "../../src/engine/tf";
import { loadDecoder } from "../../src/models/load";
import type { StepBatch } from "../../src/training/loop";
import { decoderRoundings, expectRounded, roundingBound } from "../rounding";
import { examples, gemma, ORACLES, PAD, VOCAB } from "./tiny-teacher";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "distill-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const teacher = gemma();
const student = gemma(true);
for (const weight of student.weights.values()) {
  (weight as ReturnType<typeof tf.variable>).assign(tf.tidy(() => tf.mul(weight as Tensor, 0.9)) as never);
}
const items = examples(6, 4);
const roundings = decoderRoundings(student.config, 24) + VOCAB;
const header = {
  source: "gold" as const,
  vocabSize: VOCAB,
  topK: VOCAB - 1,
  tokenizerHash: "t",
  templateHash: "c",
  teacherHash: "w",
  dataHash: "d",
  settingsHash: "s",
};
const writer = LogitCacheWriter.open(scratch, header);
captureGold(teacher, items, writer, { padId: PAD, topK: VOCAB - 1 });
writer.close();
const cache = LogitCache.open(scratch, header);
const options = { padId: PAD, divergence: "forward-kl", alpha: 0.5, temperature: 2, tail: "bucket" } as const;

function run(step: StepBatch) {
  const parameters = [...student.weights.values()] as Tensor[];
  const tokens = step.micro.reduce((sum, m) => sum + m.tokens, 0);
  return tf.tidy(() => {
    let loss = 0;
    const sums: number[][] = parameters.map(() => []);
    for (const { loss: compute, tokens: count } of step.micro) {
      const { value, gradients } = valueAndGradients(compute, parameters);
      loss += (value.dataSync()[0]! * count) / tokens;
      for (const [i, g] of gradients.entries()) {
        for (const [j, x] of g.dataSync().entries()) sums[i]![j] = (sums[i]![j] ?? 0) + (x * count) / tokens;
      }
    }
    return { loss, gradients: sums.flat(), measures: step.measures!() };
  });
}

it("from the whole vocabulary cached is the step with the teacher in memory", () => {
  const online = run(distillStep(student, items, teacher, options));
  const offline = run(distillStep(student, items, cache, options));
  // what remains is the cached logits' quantisation
  expect(Math.abs(offline.loss - online.loss)).toBeLessThan(5e-3);
  const { crossEntropy, kl } = online.measures;
  expectRounded([0.5 * crossEntropy! + 0.5 * 4 * kl!], [online.loss], roundings);
  const size = Math.hypot(...online.gradients);
  expect(Math.hypot(...online.gradients.map((g, i) => g - offline.gradients[i]!))).toBeLessThan(0.02 * size);
});

it("in six parts equals one batch", () => {
  const whole = run(distillStep(student, items, teacher, options));
  const parts = run(distillStep(student, items, teacher, { ...options, accumulation: 6 }));
  expectRounded([parts.loss], [whole.loss], roundings);
  // Backwards each sum is taken twice more.
  const bound = roundingBound(3 * roundings, Math.hypot(...whole.gradients));
  expect(Math.hypot(...whole.gradients.map((g, i) => g - parts.gradients[i]!))).toBeLessThan(bound);
});

it("leaves no tensor behind", () => {
  const step = () => run(distillStep(student, items, teacher, options));
  step();
  const before = tf.memory().numTensors;
  for (let i = 0; i < 5; i++) step();
  expect(tf.memory().numTensors).toBe(before);
});

it("refuses another vocabulary and other targets", () => {
  const other = loadDecoder(path.join(ORACLES, "qwen3"));
  expect(() => distillStep(student, items, other, options)).toThrow(/has \d+ tokens, the student's 256/);
  const changed = [{ ...items[0]!, targetIds: [...items[0]!.targetIds.slice(0, -1), 7] }];
  expect(() => distillStep(student, changed, cache, options)).toThrow(
    /item-0, target token \d+.*has id 1.*7/i,
  );
});
