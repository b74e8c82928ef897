// Where a student's distribution leaves its teacher's: the divergence at each token of one summary.
import { argMax } from "../engine/raw";
import { tf } from "../engine/tf";
import { Decoder } from "../models/decoder";
import { takeRows } from "../models/embedding";
import { collate } from "../prompts/batch";
import type { Example } from "../prompts/example";
import type { ChatTokenizer } from "../prompts/tokenizer";
import type { CachedRow } from "./cache-row";
import { distillationRows } from "./losses";
import { sparseTeacher, type Teacher } from "./teacher-targets";

/** One target token, and the likeliest token of teacher and student at its place. */
export interface TokenDivergence {
  token: string;
  /** KL(teacher ‖ student) at T = 1, nats. */
  kl: number;
  teacher: string;
  student: string;
  gold: string;
}

/**
 * KL(teacher ‖ student) at each target token of an example, which has one token at least. With a cached row as the teacher
 * the tokens outside its top k count as one outcome. Throws when the row is of another target or vocabulary.
 */
export function tokenKl(
  student: Decoder,
  teacher: Decoder | CachedRow,
  example: Example,
  tokenizer: Pick<ChatTokenizer, "tokens" | "vocabSize">,
): TokenDivergence[] {
  const batch = collate([example], 0);
  const { targets } = batch;
  const { vocabSize } = tokenizer;
  const logits = (decoder: Decoder) =>
    decoder.logits(takeRows(decoder.hidden(batch.ids, 1), tf.tensor1d(batch.positions, "int32")), vocabSize);
  const [kl, teacherIds, studentIds] = tf.tidy(() => {
    const own = logits(student);
    let source: Teacher;
    let best: Int32Array;
    if (teacher instanceof Decoder) {
      const dense = logits(teacher);
      best = argMax(dense).dataSync() as Int32Array;
      source = { kind: "dense", vocabSize, logits: () => dense };
    } else {
      const [topK, samples] = [teacher.topIds, teacher.sampledIds].map(
        ({ length }) => length / teacher.targetIds.length,
      ) as [number, number];
      best = likeliest(teacher, topK);
      source = sparseTeacher(batch, () => teacher, { topK, samples, vocabSize });
    }
    const rowLoss = distillationRows(targets, source, { divergence: "forward-kl", alpha: 0, temperature: 1 });
    const divergence = rowLoss(own, 0).loss.dataSync();
    return [divergence, best, argMax(own).dataSync()] as never;
  }) as [Float32Array, Int32Array, Int32Array];
  const piece = (id: number) => tokenizer.tokens([id])[0] ?? "";
  return Array.from(targets, (id, t) => ({
    token: piece(id),
    kl: kl[t]!,
    teacher: piece(teacherIds[t]!),
    student: piece(studentIds[t]!),
    gold: piece(id),
  }));
}

/** The likeliest token of each position of a cached row. */
function likeliest(row: CachedRow, topK: number): Int32Array {
  return row.targetIds.map((_, t) => {
    let best = t * topK;
    for (let i = best; i < (t + 1) * topK; i++) if (row.topLogits[i]! > row.topLogits[best]!) best = i;
    return row.topIds[best]!;
  });
}
