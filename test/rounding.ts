// How far two fp32 ways to the same values may lie apart, on whatever processor: from their arithmetic, not from what one gave.
import { expect } from "vitest";
import type { DecoderConfig } from "../src/models/config";
import type { EncoderConfig } from "../src/models/encoder-config";

/** What one rounding to fp32 moves a number by at most, as a share of it. */
const UNIT = 2 ** -24;

/**
 * Bound for the difference of two values of size `size` that come about by other orders of sums, fused or not, with `roundings`
 * after each other in each. Roundings go up as often as down, so n of them come to √n (N. J. Higham and T. Mary, A new approach to
 * probabilistic rounding error analysis, SIAM J. Sci. Comput. 41, 2019, with λ = 1); twice, as there are two ways.
 */
export const roundingBound = (roundings: number, size: number): number =>
  2 * Math.sqrt(roundings) * UNIT * size;

/** The largest absolute value. */
export function sizeOf(values: Iterable<number>): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** Holds values to the same values from another way; `size` is theirs unless they are what larger ones leave of each other. */
export function expectRounded(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  roundings: number,
  size: number = sizeOf(Array.from(expected)),
): void {
  expect(found.length).toBe(expected.length);
  // Sums of the differences as they are: a NaN stays one.
  const differences = Array.from(expected, (value, i) => Math.abs(value - found[i]!));
  const largest = differences.reduce((a, b) => Math.max(a, b), 0);
  expect(
    largest,
    `largest difference after ${roundings} roundings of numbers up to ${size}`,
  ).toBeLessThanOrEqual(roundingBound(roundings, size));
}

/** Roundings after each other on the way to a decoder's logits over `keys` positions: the lengths of its sums, layer by layer. */
export function decoderRoundings(config: DecoderConfig, keys: number): number {
  const { hiddenSize, intermediateSize, headDim, numAttentionHeads, numHiddenLayers } = config;
  // Norm, query and its rotation; scores, softmax and their sum of values; output, residual.
  const attention = 2 * hiddenSize + 3 + headDim + 2 * keys + numAttentionHeads * headDim + 1;
  const mlp = 2 * hiddenSize + 8 + intermediateSize + 1;
  return numHiddenLayers * (attention + mlp) + 2 * hiddenSize;
}

/** Roundings after each other on the way to an encoder's states after `layers` layers over `keys` positions. */
export function encoderRoundings(config: EncoderConfig, layers: number, keys: number): number {
  const { hiddenSize, intermediateSize, numAttentionHeads } = config;
  const attention = hiddenSize + hiddenSize / numAttentionHeads + 2 * keys + hiddenSize + 1;
  const mlp = hiddenSize + 8 + intermediateSize + 1;
  // A layer norm takes a mean and a variance.
  const norm = 2 * hiddenSize + 4;
  return norm + layers * (attention + mlp + 2 * norm);
}
