// Distillation losses as row losses: the student's chunk of logits against the teacher's, gradient analytic.
// loss = alpha · CE(target, T = 1) + (1 - alpha) · T² · D(teacher_T, student_T)   (Hinton et al. 2015)
import {
  add,
  concat,
  exp,
  gatherNd,
  log,
  logSoftmax,
  max,
  mul,
  reshape,
  scale,
  scatter,
  scatterAdd,
  slice,
  split,
  sub,
  sum,
} from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import { crossEntropy } from "../training/cross-entropy";
import { labelsOf, type RowLoss } from "../training/head-loss";
import type { ListedLoss } from "../training/vocabulary-blocks";
import type { DeviceTeacher, SparseChunk } from "./device-teacher";
import type { Divergent, Sampled } from "./divergences/divergence";
import { checkDivergence, type DivergenceOptions, divergence } from "./divergences/registry";
import { rowColumnIndices, withoutTokens } from "./teacher-statistics";
import { type SparseTeacher, type Teacher, temperatureColumn } from "./teacher-targets";

/** What becomes of the tokens outside the top k. Those that are estimates or leave terms out are for forward KL alone. */
export const TAIL_MODES = {
  bucket: "they are one outcome more, its teacher mass exact",
  prior: "the tail's exact mass is spread over its tokens as the cache's prior is: a full distribution again",
  renormalise: "both distributions are restricted to the top k",
  "renormalise-teacher": "only the teacher's is restricted to the top k (forward KL only)",
  drop: "the terms of the other tokens are left out (forward KL only)",
  sampled: "their terms are estimated, without bias, from tokens drawn at capture (forward KL only)",
};

export type TailMode = keyof typeof TAIL_MODES;

export interface DistillationOptions extends DivergenceOptions {
  temperature: number;
  /** Share of cross-entropy against the target token, 0 to 1. */
  alpha: number;
  /** For a cached teacher. */
  tail?: TailMode;
}

/** What a row loss consists of, per scored token [n], without T² and weights. */
export interface LossParts {
  crossEntropy: Tensor;
  divergence: Tensor;
}

/** What is known of texts that the student wrote itself. */
export interface OwnTexts {
  /** The targets' log-probabilities [positions] when they were drawn, for divergences that need them. */
  drawn?: Float32Array;
}

export type Observe = (parts: LossParts) => void;

/**
 * The row loss of a batch. targets int32 [positions]; `observe` is called with each chunk's parts [n]. The divergence is over
 * the teacher's tokens; rows that the student's embedding has beyond them take part in the cross-entropy alone. `own`: the
 * texts are the student's.
 */
export function distillationRows(
  targets: Int32Array | Tensor,
  teacher: Teacher | DeviceTeacher,
  options: DistillationOptions,
  observe?: Observe,
  own: OwnTexts | undefined = undefined,
): RowLoss {
  const { alpha, temperature, tail = "bucket" } = options;
  checkDivergence(options);
  if (!(alpha >= 0 && alpha <= 1)) throw new Error(`alpha must be from 0 to 1, found ${alpha}.`);
  if (!(temperature > 0)) throw new Error(`temperature must be above 0, found ${temperature}.`);
  const anyLoss = tail === "bucket" || tail === "prior" || tail === "renormalise";
  if (teacher.kind !== "dense" && !anyLoss && options.divergence !== "forward-kl") {
    throw new Error(
      `The tail mode "${tail}" goes with forward KL, found "${options.divergence}". Use "bucket".`,
    );
  }
  if (teacher.kind !== "dense" && tail === "sampled" && teacher.samples === 0) {
    throw new Error(`The tail mode "sampled" needs a cache captured with samples; this one has none.`);
  }
  if (teacher.kind !== "dense" && tail === "prior" && !teacher.prior) {
    throw new Error(`The tail mode "prior" needs a cache captured with a prior; this one has none.`);
  }
  const sampledAt = (start: number, n: number): Sampled | undefined =>
    own?.drawn && {
      indices: rowColumnIndices((targets as Int32Array).subarray(start, start + n), 1),
      logProbability: tf.tensor1d(own.drawn.subarray(start, start + n)),
    };
  const rows: RowLoss = (logits, start) => {
    const [n, vocab] = logits.shape as [number, number];
    const { vocabSize } = teacher;
    if (vocab < vocabSize) {
      throw new Error(
        `The teacher's vocabulary has ${vocabSize} tokens, the student's embedding ${vocab} rows: distillation needs the same tokenizer.`,
      );
    }
    const shared = vocab === vocabSize ? logits : slice(logits, [0, 0], [n, vocabSize]);
    const divergent = withPadding(
      teacher.kind === "dense"
        ? divergentRows(
            shared,
            teacher.logits(start, n),
            temperature,
            between(options, sampledAt(start, n), own !== undefined),
          )
        : sparseRows(
            shared,
            teacher.kind === "sparse" ? sparseChunk(teacher, start, n) : teacher.chunk(start, n),
            tail,
            options,
          ),
      vocab - vocabSize,
    );
    const weight = (1 - alpha) * temperature ** 2;
    const weighted = weight === 1 ? divergent : scaled(divergent, weight);
    if (alpha === 0 && !observe) return weighted;
    const entropy = crossEntropy(logits, labelsOf(targets, start, n));
    observe?.({ crossEntropy: entropy.loss, divergence: divergent.loss });
    return alpha === 0 ? weighted : sumOf(scaled(entropy, alpha), weighted);
  };
  if (teacher.kind === "sparse" && targets instanceof Int32Array && tail === "bucket" && temperature === 1) {
    // Padding is no part of the teacher's tail, and would have to be listed row by row.
    rows.listed = (tokens) =>
      tokens === teacher.vocabSize ? listedBucket(targets, teacher, options, observe) : undefined;
  }
  return rows;
}

/** Per-token divergence and its gradient [n, vocab] by the student's logits, without T². */
interface Rows {
  loss: Tensor;
  gradient: Tensor;
}

/** The same with a gradient of 0 for so many tokens more. */
const withPadding = ({ loss, gradient }: Rows, more: number): Rows => ({
  loss,
  gradient:
    more === 0
      ? gradient
      : (tf.pad(gradient, [
          [0, 0],
          [0, more],
        ]) as Tensor),
});

/** Logits at a temperature. */
const atTemperature = (logits: Tensor, temperature: number): Tensor =>
  temperature === 1 ? logits : scale(logits, 1 / temperature);

const scaled = ({ loss, gradient }: Rows, factor: number): Rows => ({
  loss: scale(loss, factor),
  gradient: scale(gradient, factor),
});

const sumOf = (a: Rows, b: Rows): Rows => ({
  loss: add(a.loss, b.loss),
  gradient: add(a.gradient, b.gradient),
});

const between =
  (options: DivergenceOptions, sampled?: Sampled, ownTexts = false) =>
  (teacher: Tensor, student: Tensor): Divergent =>
    divergence(teacher, student, options, sampled, ownTexts);

/** A divergence of logits [n, vocab] at a temperature and its gradient by the student's, without T². */
export const divergentRows = (
  logits: Tensor,
  teacherLogits: Tensor,
  temperature: number,
  compute: (teacher: Tensor, student: Tensor) => Divergent,
): Rows => fullRows(logits, logSoftmax(atTemperature(teacherLogits, temperature)), temperature, compute);

/** Against the teacher's log-probabilities at T over the whole vocabulary, [n, vocab]. */
function fullRows(
  logits: Tensor,
  teacher: Tensor,
  temperature: number,
  compute: (teacher: Tensor, student: Tensor) => Divergent,
): Rows {
  const student = logSoftmax(atTemperature(logits, temperature));
  const { loss, gradient } = compute(teacher, student);
  return { loss, gradient: atTemperature(project(gradient, exp(student)), temperature) };
}

/** From the derivative by free log-probabilities to that by logits: g - q Σg. */
const project = (gradient: Tensor, probabilities: Tensor): Tensor =>
  sub(gradient, mul(probabilities, sum(gradient, 1, true)));

function sparseChunk(teacher: SparseTeacher, start: number, n: number): SparseChunk {
  const { topK: k, samples } = teacher;
  const end = start + n;
  const column = (values: Float32Array, at: number) =>
    tf.tensor2d(
      Float32Array.from({ length: n }, (_, t) => values[(start + t) * 3 + at]!),
      [n, 1],
    );
  return {
    k,
    samples,
    top: rowColumnIndices(teacher.topIds.subarray(start * k, end * k), k),
    topLogits: tf.tensor2d(teacher.topLogits.subarray(start * k, end * k), [n, k]),
    logSumExp: (at) => column(teacher.logSumExp, at),
    logTail: (at) => column(teacher.logTail, at),
    prior: () => tf.tensor2d(teacher.prior!, [1, teacher.vocabSize]),
    sampled: () => ({
      indices: rowColumnIndices(teacher.sampledIds.subarray(start * samples, end * samples), samples),
      logits: tf.tensor2d(teacher.sampledLogits.subarray(start * samples, end * samples), [n, samples]),
    }),
  };
}

function sparseRows(logits: Tensor, chunk: SparseChunk, tail: TailMode, options: DistillationOptions): Rows {
  switch (tail) {
    case "bucket":
      return bucketRows(logits, chunk, options);
    case "prior":
      return priorRows(logits, chunk, options);
    case "renormalise":
      return restrictedRows(logits, chunk, options);
    default:
      return listedRows(logits, chunk, tail, options.temperature);
  }
}

/** k + 1 outcomes. Both tails are sums of their own, not 1 - Σ, which fp32 cannot resolve for a confident model. */
function bucketRows(logits: Tensor, chunk: SparseChunk, options: DistillationOptions): Rows {
  const { temperature } = options;
  const { k, top } = chunk;
  const [n, vocab] = logits.shape as [number, number];
  const teacher = bucketTeacher(chunk, temperature);
  const tempered = atTemperature(logits, temperature);
  const [tailSum, tailShares] = logSumExp(withoutTokens(tempered, top, n * k));
  const student = logSoftmax(concat([reshape(gatherNd(tempered, top), [n, k]), tailSum], 1));
  const { loss, gradient } = divergence(teacher, student, options);
  const slopes = atTemperature(project(gradient, exp(student)), temperature);
  const [onTop, onTail] = tf.split(slopes, [k, 1], 1) as [Tensor, Tensor];
  return {
    loss,
    gradient: add(scatter(top, reshape(onTop, [n * k]), [n, vocab]), mul(tailShares, onTail)),
  };
}

/** The teacher's log-probabilities of the top k and of all others together, [n, k + 1]. */
function bucketTeacher(chunk: SparseChunk, temperature: number): Tensor {
  const column = temperatureColumn(temperature, "bucket");
  const tail = add(chunk.logTail(column), chunk.logSumExp(column));
  return logSoftmax(concat([scale(chunk.topLogits, 1 / temperature), tail], 1));
}

/** Cross-entropy and `bucketRows` at T = 1 by the top k, the target where it is none of them, and all other tokens together. */
function listedBucket(
  targets: Int32Array,
  teacher: SparseTeacher,
  options: DistillationOptions,
  observe?: Observe,
): ListedLoss {
  const { topK: k, topIds } = teacher;
  const { alpha } = options;
  const count = k + 1;
  const ids = new Int32Array(targets.length * count);
  // Where the target stands among the listed ones. Where that is in the top k the last place is taken by another token.
  const labels = Int32Array.from(targets, (target, t) => {
    const top = topIds.subarray(t * k, (t + 1) * k);
    ids.set(top, t * count);
    const at = top.indexOf(target);
    let last = target;
    for (let id = 0; at >= 0 && (last === target || top.includes(last)); id++) last = id;
    ids[t * count + k] = last;
    return at >= 0 ? at : k;
  });
  const rows: ListedLoss["rows"] = (listed, others, start) => {
    const n = listed.shape[0]!;
    const [top, last] = split(listed, [k, 1], 1);
    const [tail, shares] = logSumExp(concat([last!, others], 1));
    const teacherRows = bucketTeacher(sparseChunk(teacher, start, n), 1);
    const student = logSoftmax(concat([top!, tail], 1));
    const { loss, gradient } = divergence(teacherRows, student, options);
    const [onTop, onTail] = split(project(gradient, exp(student)), [k, 1], 1);
    const divergent = { loss, gradient: concat([onTop!, mul(shares, onTail!)], 1) };
    const entropy = crossEntropy(concat([listed, others], 1), labelsOf(labels, start, n));
    observe?.({ crossEntropy: entropy.loss, divergence: loss });
    return sumOf(scaled(entropy, alpha), scaled(divergent, 1 - alpha));
  };
  return { ids, count, rows };
}

/** The whole vocabulary: the top k as stored, the tail's mass at T spread as the prior at T. */
function priorRows(logits: Tensor, chunk: SparseChunk, options: DistillationOptions): Rows {
  const { temperature } = options;
  const { k, top } = chunk;
  const [n, vocab] = logits.shape as [number, number];
  const logTail = chunk.logTail(temperatureColumn(temperature, "prior"));
  const shape = add(tf.fill([n, vocab], 0), scale(chunk.prior(), 1 / temperature));
  const [shapeSum] = logSumExp(withoutTokens(shape, top, n * k));
  const tail = add(sub(shape, shapeSum), logTail);
  const listed = add(logSoftmax(scale(chunk.topLogits, 1 / temperature)), logComplement(logTail));
  const isListed = scatter(top, tf.fill([n * k], 1), [n, vocab]);
  const teacher = add(
    mul(tail, sub(tf.scalar(1), isListed)),
    scatter(top, reshape(listed, [n * k]), [n, vocab]),
  );
  return fullRows(logits, teacher, temperature, between(options));
}

/** Both distributions restricted to the top k. */
function restrictedRows(
  logits: Tensor,
  { k, top, topLogits }: SparseChunk,
  options: DistillationOptions,
): Rows {
  const { temperature } = options;
  const [n, vocab] = logits.shape as [number, number];
  const teacher = logSoftmax(scale(topLogits, 1 / temperature));
  const student = logSoftmax(scale(reshape(gatherNd(logits, top), [n, k]), 1 / temperature));
  const { loss, gradient } = divergence(teacher, student, options);
  const slopes = atTemperature(project(gradient, exp(student)), temperature);
  return { loss, gradient: scatter(top, reshape(slopes, [n * k]), [n, vocab]) };
}

/** Forward KL summed over listed tokens only, the student normalised over the whole vocabulary. */
function listedRows(logits: Tensor, chunk: SparseChunk, tail: TailMode, temperature: number): Rows {
  const { k, top } = chunk;
  const [n, vocab] = logits.shape as [number, number];
  const tempered = atTemperature(logits, temperature);
  // Differences of logits first: a sum of large logits, rounded to fp32, would be off by more than the loss may be.
  const normalised = logSoftmax(tempered);
  const topTempered = scale(chunk.topLogits, 1 / temperature);
  const among = logSoftmax(topTempered);
  const teacher =
    tail === "renormalise-teacher"
      ? among
      : add(among, logComplement(chunk.logTail(temperatureColumn(temperature, tail))));
  const student = reshape(gatherNd(normalised, top), [n, k]);
  const weights = exp(teacher);
  let loss = sum(mul(weights, sub(teacher, student)), 1);
  let mass = sum(weights, 1, true);
  let listed = scatter(top, reshape(weights, [n * k]), [n, vocab]);
  if (tail === "sampled") {
    const { samples } = chunk;
    const { indices: drawn, logits: drawnLogits } = chunk.sampled();
    const column = temperatureColumn(temperature, tail);
    const drawnTeacher = sub(scale(drawnLogits, 1 / temperature), chunk.logSumExp(column));
    // importance weight: p_T over the density of the draws, which is the tail at T = 1
    const density = sub(drawnLogits, add(chunk.logSumExp(0), chunk.logTail(0)));
    const shares = scale(exp(sub(drawnTeacher, density)), 1 / samples);
    const drawnStudent = reshape(gatherNd(normalised, drawn), [n, samples]);
    loss = add(loss, sum(mul(shares, sub(drawnTeacher, drawnStudent)), 1));
    mass = add(mass, sum(shares, 1, true));
    listed = add(listed, scatterAdd(drawn, reshape(shares, [n * samples]), [n, vocab]));
  }
  const gradient = scale(sub(mul(exp(normalised), mass), listed), 1 / temperature);
  return { loss, gradient };
}

/** log(1 - exp(x)) for x below 0, exact for x near 0 too. */
const logComplement = (x: Tensor): Tensor => log(tf.neg(tf.expm1(x)));

/** log Σ exp over the last axis [n, 1], and the softmax that comes with it. */
function logSumExp(x: Tensor): [sum: Tensor, shares: Tensor] {
  const peak = max(x, 1, true);
  const weights = exp(sub(x, peak));
  const total = sum(weights, 1, true);
  return [add(peak, log(total)), mul(weights, tf.reciprocal(total))];
}
