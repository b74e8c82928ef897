// Weights rounded in the forward pass and trained as if they were not: straight-through (Bengio et al. 2013, arXiv 1308.3432).
import { withGradient } from "../engine/gradient";
import { mul } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";

/** How a group's scale comes from its weights, and the codes that there are. */
export const GRIDS = {
  /** As `quantize` stores it: the largest weight, with its sign, takes the lowest of 16 codes. */
  own: { low: -8, high: 7 },
  /** max |w| / 7: NVIDIA's narrow range. */
  narrow: { low: -7, high: 7 },
  /** max |w| / 7.5: torchao's symmetric. */
  full: { low: -8, high: 7 },
  /** Lowest and highest weight of the group, 0 among them, take the first and last code. */
  asymmetric: { low: 0, high: 15 },
} as const;

export type Grid = keyof typeof GRIDS;

/** The least scale: fp32's epsilon, so that a group of zeros stays one. */
const LEAST_SCALE = 2 ** -23;

/** A matrix [rows, columns] in 4-bit codes of its groups. */
export interface FakeQuantized {
  /** [rows, groups] */
  scale: Tensor;
  /** The code of zero, [rows, groups]. */
  zeroPoint: Tensor;
  /** Codes [rows, columns], whole numbers in fp32. */
  codes: Tensor;
  /** 1 where the code was not cut to the range, [rows, columns]. */
  inside: Tensor;
  /** (code - zero point) · scale, [rows, columns] */
  value: Tensor;
}

/** Rounds a matrix in groups of neighbouring weights of a row, ties to even. A row is filled up with zeros to whole groups. */
export function roundToGrid(weight: Tensor, grid: Grid, groupSize = 32): FakeQuantized {
  const [rows, columns] = weight.shape as [number, number];
  const groups = Math.ceil(columns / groupSize);
  const padded = tf.pad(weight, [
    [0, 0],
    [0, groups * groupSize - columns],
  ]) as Tensor;
  const grouped = tf.reshape(padded, [rows, groups, groupSize]);
  const { low, high } = GRIDS[grid];
  const least = tf.minimum(tf.min(grouped, 2, true), 0);
  const most = tf.maximum(tf.max(grouped, 2, true), 0);
  const scale = scaleOf(least, most, grid);
  const zeroPoint =
    grid === "asymmetric"
      ? tf.clipByValue(tf.neg(tf.round(tf.div(least, scale))), low, high)
      : tf.zerosLike(scale);
  const raw = tf.add(tf.round(tf.div(grouped, scale)), zeroPoint);
  const codes = tf.clipByValue(raw, low, high);
  const whole = (x: Tensor) =>
    tf.slice(tf.reshape(x, [rows, groups * groupSize]), [0, 0], [rows, columns]) as Tensor;
  return {
    scale: tf.reshape(scale, [rows, groups]),
    zeroPoint: tf.reshape(zeroPoint, [rows, groups]),
    codes: whole(codes),
    inside: whole(tf.cast(tf.equal(raw, codes), "float32")),
    value: whole(tf.mul(tf.sub(codes, zeroPoint), scale)),
  };
}

function scaleOf(least: Tensor, most: Tensor, grid: Grid): Tensor {
  if (grid === "own") {
    const largest = tf.where(tf.greater(most, tf.neg(least)), most, least);
    const scale = tf.div(largest, -8);
    // A scale of zero is no scale: then all weights of the group are zero.
    return tf.where(tf.equal(scale, 0), LEAST_SCALE, scale);
  }
  const range =
    grid === "asymmetric"
      ? tf.div(tf.sub(most, least), 15)
      : tf.div(tf.maximum(most, tf.neg(least)), grid === "narrow" ? 7 : 7.5);
  return tf.maximum(range, LEAST_SCALE);
}

/**
 * The rounded matrix; its gradient goes to the weight as it comes, or with `clipped` not where a code was cut to the range (as
 * torch's fake_quantize has it). Scale and zero point are constants of the gradient.
 */
export function fakeQuantized(weight: Tensor, grid: Grid, { clipped = false, groupSize = 32 } = {}): Tensor {
  return withGradient(
    [weight],
    () => {
      const { value, inside } = roundToGrid(weight, grid, groupSize);
      return { value, saved: clipped ? [inside] : [] };
    },
    (dy, [inside]) => [inside ? mul(dy, inside) : dy],
  );
}
