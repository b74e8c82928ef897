// One optimizer step of distillation from a teacher with another vocabulary: both read the same text, each in its own tokens.
import { add, scale, slice, sumAll } from "../../engine/raw";
import { tf } from "../../engine/tf";
import type { Decoder } from "../../models/decoder";
import { takeRows } from "../../models/embedding";
import { type Batch, collate } from "../../prompts/batch";
import type { Example } from "../../prompts/example";
import { crossEntropy } from "../../training/cross-entropy";
import { batchLoss } from "../../training/finetune";
import { labelsOf, type RowLoss } from "../../training/head-loss";
import type { StepBatch } from "../../training/loop";
import type { AcrossVocabularies, Aligned } from "./registry";
import type { SpannedSide } from "./span-likelihood";

/** One model with its own tokens. */
export interface Speaker {
  decoder: Decoder;
  padId: number;
  /** Tokens of the tokenizer: rows that the embedding has beyond them take part in nothing here. */
  vocabSize: number;
  /** The bytes of an item's target tokens but for the end of turn, which together are its text. */
  targetBytes(example: Example): readonly Uint8Array[];
}

export interface CrossStepOptions {
  across: AcrossVocabularies;
  /** Share of cross-entropy against the student's target tokens. */
  alpha: number;
  temperature: number;
}

/**
 * One step of alpha · cross-entropy + (1 - alpha) · T² · the mean over aligned parts. `taught` is an example in the teacher's tokens. The
 * end of turn is no text: it is learnt by cross-entropy alone. Logs crossEntropy and kl, the latter the mean of the loss over parts.
 */
export function crossVocabularyStep(
  student: Speaker,
  teacher: Speaker,
  examples: readonly Example[],
  taught: (example: Example) => Example,
  options: CrossStepOptions,
): StepBatch {
  const { across, alpha, temperature } = options;
  const others = examples.map(taught);
  const own = collate(examples, student.padId);
  const theirs = collate(others, teacher.padId);
  const parts = aligned(own, theirs, (i) =>
    across.align(student.targetBytes(examples[i]!), teacher.targetBytes(others[i]!)),
  );
  if (parts.length === 0)
    throw new Error(`Items ${own.exampleIds.join(", ")}: no part of their texts can be compared.`);
  const logits = tf.keep(
    tf.tidy(() => {
      const hidden = teacher.decoder.hidden(theirs.ids, theirs.rows);
      const scored = takeRows(hidden, tf.tensor1d(theirs.positions, "int32"));
      return teacher.decoder.logits(scored, teacher.vocabSize);
    }),
  );
  const side = (batch: Batch, of: "student" | "teacher") => ({
    ids: batch.targets,
    spans: parts.map((part) => part[of]),
  });
  const teacherSide: SpannedSide = { logits, ...side(theirs, "teacher") };
  let measured = { crossEntropy: 0, kl: 0 };
  const rows: RowLoss = (all) => {
    const [n, vocab] = all.shape as [number, number];
    const known = vocab === student.vocabSize ? all : slice(all, [0, 0], [n, student.vocabSize]);
    const { loss, gradient } = across.rows(
      { logits: known, ...side(own, "student") },
      teacherSide,
      temperature,
    );
    const entropy = crossEntropy(all, labelsOf(own.targets, 0, n));
    const sums = [sumAll(entropy.loss), sumAll(loss)].map((sum) => sum.dataSync()[0]!);
    measured = { crossEntropy: sums[0]! / n, kl: sums[1]! / parts.length };
    // The head's loss is the sum over its rows: what is a mean over parts is weighted to be one over rows.
    const weight = ((1 - alpha) * temperature ** 2 * n) / parts.length;
    const padded = tf.pad(gradient, [
      [0, 0],
      [0, vocab - student.vocabSize],
    ]);
    return {
      loss: tf.concat1d([scale(entropy.loss, alpha), scale(loss, weight)] as never),
      gradient: add(scale(entropy.gradient, alpha), scale(padded, weight)),
    };
  };
  return {
    items: examples.map(({ id }) => id),
    micro: [
      {
        tokens: own.targets.length,
        loss: () =>
          batchLoss(student.decoder, own, rows, undefined, { chunkElements: Number.POSITIVE_INFINITY }),
      },
    ],
    measures: () => {
      logits.dispose();
      return measured;
    },
  };
}

/** The parts of all examples, by the batches' scored positions. */
function aligned(own: Batch, theirs: Batch, align: (example: number) => Aligned[]): Aligned[] {
  let [student, teacher] = [0, 0];
  return own.counts.flatMap((count, i) => {
    const [atStudent, atTeacher] = [student, teacher];
    student += count;
    teacher += theirs.counts[i]!;
    const moved = ([from, to]: readonly [number, number], by: number): [number, number] => [
      from + by,
      to + by,
    ];
    return align(i).map((part) => ({
      student: moved(part.student, atStudent),
      teacher: moved(part.teacher, atTeacher),
    }));
  });
}
