// Several teachers in memory as one: the mixture of their distributions, with weights that may differ from item to item.
import { add, logSoftmax } from "../engine/raw";
import { tf } from "../engine/tf";
import type { Example } from "../prompts/example";
import { logSumOfTwo } from "./divergences/mixture";
import type { DenseTeacher } from "./teacher-targets";

/** How much a teacher counts for an item; 0: not at all. What they are for an item is divided by their sum. */
export type WeightOf = (example: Example) => number;

/**
 * A teacher that gives log Σ w_k p_k, [n, vocab], by teachers that score the same positions. `counts` are the positions of each example. Throws
 * for an item that nobody teaches.
 */
export function mixedTeacher(
  teachers: readonly { teacher: DenseTeacher; weight: WeightOf }[],
  examples: readonly Example[],
  counts: readonly number[],
): DenseTeacher {
  const shares = teachers.map(() => [] as number[]);
  for (const [i, example] of examples.entries()) {
    const weights = teachers.map(({ weight }) => weight(example));
    const total = weights.reduce((a, b) => a + b, 0);
    if (!(total > 0)) throw new Error(`Item ${example.id}: no teacher is for it.`);
    for (const [k, own] of weights.entries())
      for (let t = 0; t < counts[i]!; t++) shares[k]!.push(own / total);
  }
  return {
    kind: "dense",
    vocabSize: teachers[0]!.teacher.vocabSize,
    logits: (start, count) =>
      tf.tidy(() =>
        teachers
          .map(({ teacher }, k) => {
            const logShares = shares[k]!.slice(start, start + count).map(Math.log);
            return add(logSoftmax(teacher.logits(start, count)), tf.tensor2d(logShares, [count, 1]));
          })
          .reduce(logSumOfTwo),
      ),
  };
}
