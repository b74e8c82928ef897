// Rotary position embedding (Su et al. 2021) in the half-split layout of Hugging Face, with scaled frequencies.
import { add, mul, swapHalves } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import type { DecoderConfig } from "./config";
import type { Rope } from "./config-rope";

/** cos and sign-carrying sin tables [length, headDim]; the sine's first half is negated, so that a swap of halves rotates. */
export interface RopeTables {
  cos: Tensor;
  sin: Tensor;
}

/** Angular frequency of each of the headDim / 2 planes, scaling included (transformers' modeling_rope_utils). */
export function ropeFrequencies({ headDim, ropeTheta, ropeScaling }: { headDim: number } & Rope): number[] {
  return Array.from({ length: headDim / 2 }, (_, i) => {
    const frequency = ropeTheta ** (-(2 * i) / headDim);
    if (!ropeScaling) return frequency;
    if ("factors" in ropeScaling) return frequency / ropeScaling.factors[i]!;
    if (!("lowFreqFactor" in ropeScaling)) return frequency / ropeScaling.factor;
    const { factor, lowFreqFactor, highFreqFactor, originalMaxPositionEmbeddings: original } = ropeScaling;
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength > original / lowFreqFactor) return frequency / factor;
    if (wavelength < original / highFreqFactor) return frequency;
    const smooth = (original / wavelength - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
    return ((1 - smooth) * frequency) / factor + smooth * frequency;
  });
}

/** The RoPE of the sliding layers, where they have one of their own. */
export const slidingRope = ({ headDim, slidingRopeTheta }: DecoderConfig) =>
  slidingRopeTheta === undefined ? undefined : { headDim, ropeTheta: slidingRopeTheta };

/** Tables for positions start … start + length - 1. The caller disposes them. */
export function ropeTables(rope: { headDim: number } & Rope, start: number, length: number): RopeTables {
  const frequencies = ropeFrequencies(rope);
  const half = frequencies.length;
  const cos = new Float32Array(length * half * 2);
  const sin = new Float32Array(length * half * 2);
  for (let t = 0; t < length; t++) {
    for (let i = 0; i < half; i++) {
      const angle = (start + t) * frequencies[i]!;
      const at = t * half * 2 + i;
      cos[at] = cos[at + half] = Math.cos(angle);
      sin[at + half] = Math.sin(angle);
      sin[at] = -sin[at + half]!;
    }
  }
  return { cos: tf.tensor2d(cos, [length, half * 2]), sin: tf.tensor2d(sin, [length, half * 2]) };
}

/** Rotates x [batch, heads, time, headDim] by its positions. */
export const rotate = (x: Tensor, { cos, sin }: RopeTables): Tensor =>
  add(mul(x, cos), mul(swapHalves(x), sin));

/** The gradient of `rotate`: rotation the other way. */
export const rotateBack = (dy: Tensor, { cos, sin }: RopeTables): Tensor =>
  add(mul(dy, cos), swapHalves(mul(dy, sin)));

/** Cosine of two equal vectors, one rotated to a start position, the other `distance` further: [start][distance]. */
export function rotatedProducts(
  config: DecoderConfig,
  starts: readonly number[],
  distances: number,
): { start: number; products: number[] }[] {
  const frequencies = ropeFrequencies(config);
  return starts.map((start) => ({
    start,
    products: Array.from({ length: distances }, (_, distance) => {
      // In each plane a vector of ones is turned by position · frequency; the product of two turns needs both angles.
      const sum = frequencies.reduce((total, frequency) => {
        const [a, b] = [start * frequency, (start + distance) * frequency];
        return total + Math.cos(a) * Math.cos(b) + Math.sin(a) * Math.sin(b);
      }, 0);
      return sum / frequencies.length;
    }),
  }));
}
