// Losses over a vocabulary in blocks against float64 loops over whole rows: cross-entropy, KL, softcap, bfloat16 heads.
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random";
import { distillationRows } from "../../src/distillation/losses";
import type { SparseTeacher } from "../../src/distillation/teacher-targets";
import { FrozenTensor } from "../../src/engine/frozen";
import { valueAndGradients } from "../../src/engine/gradient";
import { tf } from "../../src/engine/tf";
import { crossEntropyRows, headLoss, type RowLoss } from "../../src/training/head-loss";
import { expectRounded } from "../rounding";

// Fewer than 64 rows fit a chunk of 4 M logits, and there is more than one block.
const ROWS = 20;
const VOCAB = 90_000;
const WIDTH = 3;
const CHUNK = 10 * VOCAB;
const TOP = 4;
const random = new Random(4);
/** Numbers that bfloat16 holds exactly. */
const coarse = (count: number, size: number) =>
  Float32Array.from({ length: count }, () => (random.integer(-64, 64) / 64) * size);
const hidden = coarse(ROWS * WIDTH, 4);
const head = coarse(VOCAB * WIDTH, 2);
// Last and first tokens of the vocabulary, a row whose target leads, one whose target is far behind.
const targets = Int32Array.from({ length: ROWS }, (_, t) =>
  t === 0 ? VOCAB - 1 : t === 1 ? 0 : random.integer(0, VOCAB - 1),
);

const logitsOf = (t: number, cap: number | undefined) =>
  Float64Array.from({ length: VOCAB }, (_, j) => {
    let raw = 0;
    for (let d = 0; d < WIDTH; d++) raw += hidden[t * WIDTH + d]! * head[j * WIDTH + d]!;
    return cap ? cap * Math.tanh(raw / cap) : raw;
  });
const logSumExp = (values: Iterable<number>) => {
  const all = [...values];
  const peak = all.reduce((a, b) => Math.max(a, b));
  return peak + Math.log(all.reduce((sum, v) => sum + Math.exp(v - peak), 0));
};

/** Mean loss and its gradient by hidden, from a loss's slope by each logit of a row. */
function naive(cap: number | undefined, row: (z: Float64Array, t: number) => [number, Float64Array]) {
  const gradient = new Float64Array(ROWS * WIDTH);
  let total = 0;
  for (let t = 0; t < ROWS; t++) {
    const z = logitsOf(t, cap);
    const [loss, slopes] = row(z, t);
    total += loss / ROWS;
    for (let j = 0; j < VOCAB; j++) {
      const slope = (slopes[j]! * (cap ? 1 - (z[j]! / cap) ** 2 : 1)) / ROWS;
      for (let d = 0; d < WIDTH; d++) gradient[t * WIDTH + d]! += slope * head[j * WIDTH + d]!;
    }
  }
  return { total, gradient };
}

function crossEntropy(z: Float64Array, t: number): [number, Float64Array] {
  const all = logSumExp(z);
  const slopes = z.map((v) => Math.exp(v - all));
  slopes[targets[t]!]! -= 1;
  return [all - z[targets[t]!]!, slopes];
}

// In every other row the target is among the teacher's tokens.
const topIds = Int32Array.from({ length: ROWS * TOP }, (_, i) => {
  const t = Math.floor(i / TOP);
  return i % TOP === 2 && t % 2 === 0 ? targets[t]! : (7919 * (i + 1)) % VOCAB;
});
const topLogits = Float32Array.from({ length: ROWS * TOP }, (_, i) => 2 - (i % TOP));
const teacherTail = 0.3;
const teacherTop = (t: number) => {
  const own = topLogits.subarray(t * TOP, (t + 1) * TOP);
  const all = logSumExp(own);
  return Array.from(own, (v) => (1 - teacherTail) * Math.exp(v - all));
};
const ALPHA = 0.25;

function distilled(z: Float64Array, t: number): [number, Float64Array] {
  const [entropy, slopes] = crossEntropy(z, t);
  const ids = [...topIds.subarray(t * TOP, (t + 1) * TOP)];
  const all = logSumExp(z);
  const tail = logSumExp(z.filter((_, j) => !ids.includes(j))) - all;
  const teacher = teacherTop(t);
  let kl = teacherTail * (Math.log(teacherTail) - tail);
  for (const [i, id] of ids.entries()) kl += teacher[i]! * (Math.log(teacher[i]!) - (z[id]! - all));
  const ofKl = z.map((v) => Math.exp(v - all) - teacherTail * Math.exp(v - all - tail));
  for (const [i, id] of ids.entries()) ofKl[id] = Math.exp(z[id]! - all) - teacher[i]!;
  return [
    ALPHA * entropy + (1 - ALPHA) * kl,
    slopes.map((slope, j) => ALPHA * slope + (1 - ALPHA) * ofKl[j]!),
  ];
}

const logSums = Float32Array.from({ length: 3 * ROWS }, (_, i) => {
  const t = Math.floor(i / 3);
  return logSumExp(topLogits.subarray(t * TOP, (t + 1) * TOP)) - Math.log(1 - teacherTail);
});
const teacher: SparseTeacher = {
  kind: "sparse",
  vocabSize: VOCAB,
  topK: TOP,
  samples: 0,
  topIds,
  topLogits,
  logSumExp: logSums,
  logTail: new Float32Array(3 * ROWS).fill(Math.log(teacherTail)),
  sampledIds: new Int32Array(0),
  sampledLogits: new Float32Array(0),
};
const losses: [string, () => RowLoss, typeof crossEntropy][] = [
  ["cross-entropy", () => crossEntropyRows(targets), crossEntropy],
  [
    "distillation",
    () => distillationRows(targets, teacher, { divergence: "forward-kl", alpha: ALPHA, temperature: 1 }),
    distilled,
  ],
];

describe.each(losses)("%s in blocks of the vocabulary", (_, rowLoss, row) => {
  it.each([undefined, 5, 100])("is the loss over whole rows, softcap %s", (softcap) => {
    const expected = naive(softcap, row);
    const bytes = new Uint8Array(2 * head.length);
    const words = new Uint16Array(bytes.buffer);
    const bits = new Uint32Array(head.buffer);
    for (let i = 0; i < head.length; i++) words[i] = bits[i]! >>> 16;
    const narrow = FrozenTensor.read([VOCAB, WIDTH], (target, offset) =>
      target.set(bytes.subarray(offset, offset + target.length)),
    );
    const wide = tf.tensor2d(head, [VOCAB, WIDTH]);
    const x = tf.tensor2d(hidden, [ROWS, WIDTH]);
    // The first pass also makes constants that stay.
    let before = 0;
    for (const weight of [wide, narrow, wide]) {
      before = tf.memory().numTensors;
      let wholeRows = 0;
      const blocks = rowLoss();
      const watched: RowLoss = Object.assign(
        (...args: Parameters<RowLoss>) => {
          wholeRows++;
          return blocks(...args);
        },
        { listed: blocks.listed },
      );
      const { value, gradients } = valueAndGradients(
        () => headLoss(x, weight, watched, { softcap, trainable: false, chunkElements: CHUNK }),
        [x],
      );
      expect(wholeRows).toBe(0);
      expectRounded(value.dataSync(), [expected.total], VOCAB);
      expectRounded(gradients[0]!.dataSync(), expected.gradient, VOCAB);
      tf.dispose([value, gradients[0]!]);
    }
    expect(tf.memory().numTensors).toBe(before);
    narrow.dispose();
    tf.dispose([wide, x]);
  });
});
