// A cached teacher's side of one batch as tensors made beforehand: what a compiled step is given of it.
import type { Dimensions } from "../engine/graph/dimensions";
import type { Named } from "../engine/graph/trace";
import { slice } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import { rowColumnIndices } from "./teacher-statistics";
import type { SparseTeacher } from "./teacher-targets";

/** The teacher's side of n rows. */
export interface SparseChunk {
  k: number;
  /** [row, column] of the top tokens, int32 [n · k, 2] */
  top: Tensor;
  /** [n, k] */
  topLogits: Tensor;
  logSumExp: (column: number) => Tensor;
  logTail: (column: number) => Tensor;
  /** [1, vocab] */
  prior: () => Tensor;
  samples: number;
  sampled: () => { indices: Tensor; logits: Tensor };
}

/** A teacher whose rows lie on the device already, all of them in one chunk. */
export interface DeviceTeacher {
  kind: "device";
  vocabSize: number;
  samples: number;
  prior?: Float32Array;
  chunk: (start: number, count: number) => SparseChunk;
}

/** The tensors of a batch's cached rows: indices int32 [n · k, 2], logits [n, k], columns [n, 3]. The caller disposes them. */
export function teacherInputs(teacher: SparseTeacher): Named {
  const { topK: k, samples, topIds, topLogits, logSumExp, logTail, sampledIds, sampledLogits } = teacher;
  const n = topLogits.length / k;
  return {
    teacherTop: rowColumnIndices(topIds, k),
    teacherTopLogits: tf.tensor2d(topLogits, [n, k]),
    teacherLogSumExp: tf.tensor2d(logSumExp, [n, 3]),
    teacherLogTail: tf.tensor2d(logTail, [n, 3]),
    ...(samples > 0 && {
      teacherSampled: rowColumnIndices(sampledIds, samples),
      teacherSampledLogits: tf.tensor2d(sampledLogits, [n, samples]),
    }),
  };
}

/** The named dimensions of `teacherInputs`. */
export const teacherDimensions = ({ topK, samples }: SparseTeacher): Dimensions => ({
  teacherTop: [`${topK}*scored`, 2],
  teacherTopLogits: ["scored", topK],
  teacherLogSumExp: ["scored", 3],
  teacherLogTail: ["scored", 3],
  teacherSampled: [`${samples}*scored`, 2],
  teacherSampledLogits: ["scored", samples],
});

/** The teacher of `teacherInputs`. Its chunk is the whole batch; throws when asked for a part. */
export function deviceTeacher(
  { topK, samples, vocabSize, prior }: SparseTeacher,
  inputs: Named,
): DeviceTeacher {
  const rows = inputs.teacherTopLogits!.shape[0]!;
  const column = (of: "teacherLogSumExp" | "teacherLogTail") => (at: number) =>
    slice(inputs[of]!, [0, at], [rows, 1]);
  return {
    kind: "device",
    vocabSize,
    samples,
    prior,
    chunk: (start, count) => {
      if (start !== 0 || count !== rows) {
        throw new Error(
          `The teacher's ${rows} rows lie in one piece, asked for ${start} … ${start + count - 1}.`,
        );
      }
      return {
        k: topK,
        samples,
        top: inputs.teacherTop!,
        topLogits: inputs.teacherTopLogits!,
        logSumExp: column("teacherLogSumExp"),
        logTail: column("teacherLogTail"),
        prior: () => tf.tensor2d(prior!, [1, vocabSize]),
        sampled: () => ({ indices: inputs.teacherSampled!, logits: inputs.teacherSampledLogits! }),
      };
    },
  };
}
