// Losses between hidden states of student and teacher (TinyBERT's and DistillKit's; relations after arXiv 1904.05068), by the tape.
import { Random } from "../base/random";
import { type Tensor, tf, type Variable } from "../engine/tf";

/** How states are compared; what each needs stands with its function. */
export const STATE_LOSSES = {
  mse: "mean squared difference",
  cosine: "1 - cosine",
  relation: "squared difference of the cosines between the positions of a text",
};

export type StateLoss = keyof typeof STATE_LOSSES;

/** Which states are compared and how. */
export interface StatesOptions {
  loss: StateLoss;
  /** What the mean over the pairs is multiplied by. */
  weight: number;
  /** Layers by the number of blocks before them: 0 is the embedding's output, the last one that before the final norm. */
  layers: readonly (readonly [student: number, teacher: number])[];
}

/** A trained projector [teacher's width, student's width] of each pair of layers; none for relations, whose widths may differ. */
export function createProjectors(
  { loss, layers }: StatesOptions,
  width: { student: number; teacher: number },
  seed: number,
): Variable[] {
  if (loss === "relation") return [];
  const random = new Random(seed);
  // As torch's Linear begins.
  const bound = 1 / Math.sqrt(width.student);
  return layers.map(() => {
    const values = Float32Array.from(
      { length: width.teacher * width.student },
      () => (2 * random.next() - 1) * bound,
    );
    return tf.tidy(() => tf.variable(tf.tensor2d(values, [width.teacher, width.student])));
  });
}

/**
 * weight · the mean over pairs of layers of the mean over positions (of relations: over texts) of the loss, a scalar. states and teacher [n,
 * width] of each pair, `text` the text of each position.
 */
export function statesLoss(
  { loss, weight }: StatesOptions,
  states: readonly Tensor[],
  teacher: readonly Tensor[],
  projectors: readonly Tensor[],
  text: ArrayLike<number>,
): Tensor {
  const ofPair = (i: number): Tensor => {
    const own = projectors[i] ? projected(states[i]!, projectors[i]!) : states[i]!;
    if (loss === "relation") return tf.mean(stateRelation(own, teacher[i]!, text));
    return tf.mean((loss === "mse" ? stateMse : stateCosine)(own, teacher[i]!));
  };
  const all = states.map((_, i) => ofPair(i));
  return tf.mul(tf.addN(all as never), weight / all.length);
}

const EPSILON = 1e-8;

/** States [n, student's width] in the teacher's width: h Wᵀ with a trained projector W [teacher's width, student's width]. */
export const projected = (states: Tensor, projector: Tensor): Tensor =>
  tf.matMul(states as never, projector as never, false, true);

/** Σ a b over the last axis. */
const dot = (a: Tensor, b: Tensor): Tensor => tf.sum(tf.mul(a, b), -1);

/** Mean over the width of (x - y)², [n]. */
export const stateMse = (x: Tensor, y: Tensor): Tensor => tf.mean(tf.square(tf.sub(x, y)), -1);

/** 1 - cos(x, y), [n]; norms below 1e-8 count as that. */
export function stateCosine(x: Tensor, y: Tensor): Tensor {
  const norm = (v: Tensor) => tf.sqrt(tf.maximum(dot(v, v), EPSILON ** 2));
  return tf.sub(1, tf.div(dot(x, y), tf.mul(norm(x), norm(y))));
}

/**
 * For each text the mean over pairs (i, j) of its positions, i = j included, of (cos(x_i, x_j) - cos(y_i, y_j))², [texts]. The widths
 * may differ. `text` says of each position [n] which text it belongs to; a position of none (-1) takes no part.
 */
export function stateRelation(x: Tensor, y: Tensor, text: ArrayLike<number>): Tensor {
  const n = text.length;
  const texts = Math.max(-1, ...Array.from(text)) + 1;
  const counts = new Float64Array(texts);
  for (let i = 0; i < n; i++) if (text[i]! >= 0) counts[text[i]!]!++;
  const member = new Float32Array(texts * n);
  const shares = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    if (text[i]! < 0) continue;
    member[text[i]! * n + i] = 1;
    for (let j = 0; j < n; j++) if (text[j] === text[i]) shares[i * n + j] = 1 / counts[text[i]!]! ** 2;
  }
  const unit = (v: Tensor) => tf.div(v, tf.sqrt(tf.maximum(tf.sum(tf.square(v), -1, true), EPSILON ** 2)));
  const cosines = (v: Tensor) => tf.matMul(unit(v) as never, unit(v) as never, false, true);
  const errors = tf.mul(tf.square(tf.sub(cosines(x), cosines(y))), tf.tensor2d(shares, [n, n]));
  const ofPosition = tf.reshape(tf.sum(errors, 1), [n, 1]);
  return tf.reshape(tf.matMul(tf.tensor2d(member, [texts, n]), ofPosition as never), [texts]);
}
