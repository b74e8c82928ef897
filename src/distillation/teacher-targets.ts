// The teacher's side of a distillation loss: rows of a cache gathered for a batch, or dense logits as they are made.
import type { Tensor } from "../engine/tf";
import type { Batch } from "../prompts/batch";
import { type CachedRow, type RowShape, TEMPERATURES } from "./cache-row";

/** Dense logits [n, vocab] of the teacher for the scored positions start … start + n - 1. */
export interface DenseTeacher {
  kind: "dense";
  vocabSize: number;
  logits: (start: number, count: number) => Tensor;
}

/** Top tokens of every scored position of a batch, and the sums that make the rest exact. */
export interface SparseTeacher extends RowShape {
  kind: "sparse";
  vocabSize: number;
  /** [positions · topK] */
  topIds: Int32Array;
  topLogits: Float32Array;
  /** [positions · 3] */
  logSumExp: Float32Array;
  logTail: Float32Array;
  /** [positions · samples] */
  sampledIds: Int32Array;
  sampledLogits: Float32Array;
  /** Log of the shape that the tail may be given, [vocab]; absent when the cache has no prior. */
  prior?: Float32Array;
}

export type Teacher = DenseTeacher | SparseTeacher;

/**
 * Joins the cached rows of a batch's items. Throws when a row was captured over other target tokens than the batch
 * scores, which is what a misaligned or outdated cache looks like.
 */
export function sparseTeacher(
  batch: Batch,
  row: (id: string) => CachedRow,
  shape: RowShape & { vocabSize: number; prior?: Float32Array },
): SparseTeacher {
  const { topK, samples, vocabSize, prior } = shape;
  const n = batch.targets.length;
  const teacher: SparseTeacher = {
    kind: "sparse",
    vocabSize,
    topK,
    samples,
    topIds: new Int32Array(n * topK),
    topLogits: new Float32Array(n * topK),
    logSumExp: new Float32Array(n * 3),
    logTail: new Float32Array(n * 3),
    sampledIds: new Int32Array(n * samples),
    sampledLogits: new Float32Array(n * samples),
    prior,
  };
  let start = 0;
  for (const [i, id] of batch.exampleIds.entries()) {
    const cached = row(id);
    const count = batch.counts[i]!;
    checkTargets(id, cached.targetIds, batch.targets.subarray(start, start + count));
    teacher.topIds.set(cached.topIds, start * topK);
    teacher.topLogits.set(cached.topLogits, start * topK);
    teacher.logSumExp.set(cached.logSumExp, start * 3);
    teacher.logTail.set(cached.logTail, start * 3);
    teacher.sampledIds.set(cached.sampledIds, start * samples);
    teacher.sampledLogits.set(cached.sampledLogits, start * samples);
    start += count;
  }
  return teacher;
}

function checkTargets(id: string, cached: Int32Array, scored: Int32Array): void {
  if (cached.length !== scored.length) {
    throw new Error(
      `Item ${id}: the cache holds logits for ${cached.length} target tokens, the batch scores ${scored.length}. Capture again with this data and tokenizer.`,
    );
  }
  const at = cached.findIndex((token, t) => token !== scored[t]);
  if (at >= 0) {
    throw new Error(
      `Item ${id}, target token ${at}: the cache has id ${cached[at]}, the batch ${scored[at]}. Capture again with this data and tokenizer.`,
    );
  }
}

/** Column of `logSumExp` and `logTail` for a temperature. Throws for one that is not stored. */
export function temperatureColumn(temperature: number, tail: string): number {
  const column = TEMPERATURES.indexOf(temperature as 1);
  if (column < 0) {
    throw new Error(
      `The tail mode "${tail}" is exact at the stored temperatures ${TEMPERATURES.join(", ")} only, found ${temperature}. Use one of them or tail "renormalise".`,
    );
  }
  return column;
}
