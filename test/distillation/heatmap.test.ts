// The token heatmap's figures against a float64 KL of the two models' logits.
import { expect, it } from "vitest";
import { tokenKl } from "../../src/distillation/heatmap";
import { teacherStatistics } from "../../src/distillation/teacher-statistics";
import { type Tensor, tf } from "../../src/engine/tf";
import type { Decoder } from "../../src/models/decoder";
import { decoderRoundings, expectRounded, sizeOf } from "../rounding";
import { examples, gemma, VOCAB } from "./tiny-teacher";

const teacher = gemma();
const student = teacher.withWeights(
  new Map(
    [...teacher.weights].map(([name, w]) => [
      name,
      tf.keep(tf.tidy(() => tf.mul(w as Tensor, 0.8) as Tensor)),
    ]),
  ),
);
const example = examples(1, 7)[0]!;
const start = example.promptIds.length - 1;
/** Of log-probabilities. A KL is half the variance of their differences: what moves one moves it by that deviation times as much. */
const roundings = decoderRoundings(teacher.config, 24) + 2 * VOCAB;
const pieces = { vocabSize: VOCAB, tokens: (ids: readonly number[]) => ids.map((id) => `<${id}>`) };

function logits(decoder: Decoder): number[][] {
  const ids = Int32Array.from([...example.promptIds, ...example.targetIds]);
  const all = tf.tidy(() => decoder.logits(decoder.hidden(ids, 1)).arraySync() as number[][]);
  return example.targetIds.map((_, t) => all[start + t]!);
}

const logProbabilities = (row: number[]) => {
  const top = Math.max(...row);
  const total = top + Math.log(row.reduce((sum, v) => sum + Math.exp(v - top), 0));
  return row.map((v) => v - total);
};

it("shows the KL, and the likeliest tokens of both", () => {
  const p = logits(teacher).map(logProbabilities);
  const q = logits(student).map(logProbabilities);
  const found = tokenKl(student, teacher, example, pieces);
  expect(found.map(({ gold }) => gold)).toEqual(example.targetIds.map((id) => `<${id}>`));
  for (const [t, { kl, teacher: best, student: own, token }] of found.entries()) {
    const expected = p[t]!.reduce((sum, v, id) => sum + Math.exp(v) * (v - q[t]![id]!), 0);
    expectRounded([kl], [expected], roundings, sizeOf([...p[t]!, ...q[t]!]) * Math.sqrt(2 * expected));
    expect(best).toBe(`<${p[t]!.indexOf(Math.max(...p[t]!))}>`);
    expect(own).toBe(`<${q[t]!.indexOf(Math.max(...q[t]!))}>`);
    expect(token).toBe(`<${example.targetIds[t]}>`);
  }
});

it("needs only a cached row", () => {
  const dense = tf.tensor2d(logits(teacher));
  const row = teacherStatistics(dense, VOCAB - 1, example.targetIds);
  const whole = tokenKl(student, teacher, example, pieces);
  for (const [t, cached] of tokenKl(student, row, example, pieces).entries()) {
    const size = sizeOf(dense.arraySync()[t]!) * Math.sqrt(2 * whole[t]!.kl);
    expectRounded([cached.kl], [whole[t]!.kl], roundings, size);
    expect(cached.teacher).toBe(whole[t]!.teacher);
  }
});
