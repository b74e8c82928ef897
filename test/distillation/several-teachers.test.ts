// Several teachers as one, against mixtures in float64: by weight, by item, and where a teacher is not for an item at all.
import { expect, it } from "vitest";
import { Random } from "../../src/base/random";
import { mixedTeacher } from "../../src/distillation/several-teachers";
import type { DenseTeacher } from "../../src/distillation/teacher-targets";
import { tf } from "../../src/engine/tf";
import type { Example } from "../../src/prompts/example";
import { type Matrix, matrix } from "../training/finite-differences";

const random = new Random(4);
const VOCAB = 9;
const first = matrix(random, 5, VOCAB, 3);
const second = matrix(random, 5, VOCAB, 3);
// Likelihoods that fp32 cannot hold.
second[3]![2] = -400;
const teacher = (logits: Matrix): DenseTeacher => ({
  kind: "dense",
  vocabSize: VOCAB,
  logits: (start, count) => tf.tensor2d(logits.slice(start, start + count)),
});
const examples = ["a", "b"].map((id): Example => ({ id, promptIds: [1], targetIds: [2] }));
const counts = [2, 3];
const weights: Record<string, [number, number]> = { a: [3, 1], b: [0, 2] };
const mixed = mixedTeacher(
  [
    { teacher: teacher(first), weight: ({ id }) => weights[id]![0] },
    { teacher: teacher(second), weight: ({ id }) => weights[id]![1] },
  ],
  examples,
  counts,
);

it("the mixture of the distributions, chunk by chunk", () => {
  const logSoftmax = (row: number[]) => {
    const total = Math.log(row.reduce((sum, v) => sum + Math.exp(v), 0));
    return row.map((v) => v - total);
  };
  for (const [start, count] of [
    [0, 5],
    [1, 3],
  ] as const) {
    const found = tf.tidy(() => mixed.logits(start, count).arraySync() as never) as Matrix;
    for (const [i, row] of found.entries()) {
      const t = start + i;
      const [p, q] = [logSoftmax(first[t]!), logSoftmax(second[t]!)];
      for (const [v, value] of row.entries()) {
        const expected = t < 2 ? Math.log(0.75 * Math.exp(p[v]!) + 0.25 * Math.exp(q[v]!)) : q[v]!;
        expect(Math.abs(value - expected) / (1 + Math.abs(expected))).toBeLessThan(1e-5);
      }
    }
  }
});

it("an item that nobody teaches is named", () => {
  expect(() => mixedTeacher([{ teacher: teacher(first), weight: () => 0 }], examples, counts)).toThrow(
    /Item a: no teacher is for it/,
  );
});
