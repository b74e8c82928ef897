// Gradients of the engine's custom ops against central differences of a naive function in float64.
import { expect } from "vitest";
import { Random } from "../../src/base/random";
import { valueAndGradients } from "../../src/engine/gradient";
import { type Tensor, tf } from "../../src/engine/tf";
import { expectRounded } from "../rounding";

export type Matrix = number[][];

/** Normal draws, rounded to fp32 so that both sides start from the same numbers. */
export const matrix = (random: Random, rows: number, columns: number, size = 1): Matrix =>
  Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => Math.fround(size * random.normal())),
  );

export const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, v, i) => sum + v * b[i]![j]!, 0)));
export const transposed = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));

/** Value and gradients of Σ weights · f(inputs): ours in fp32 against the naive function, differenced in float64. */
export function compare(
  inputs: Matrix[],
  ours: (...tensors: Tensor[]) => Tensor,
  naive: (...inputs: Matrix[]) => Matrix,
): void {
  const weights = matrix(new Random(99), naive(...inputs).length, naive(...inputs)[0]!.length);
  const scalar = (values: Matrix) =>
    values
      .flat()
      .reduce(
        (sum, v, i) => sum + v * weights[Math.floor(i / values[0]!.length)]![i % values[0]!.length]!,
        0,
      );
  tf.tidy(() => {
    const tensors = inputs.map((m) => tf.tensor2d(m));
    const { value, gradients } = valueAndGradients(
      () => tf.sum(tf.mul(ours(...tensors), tf.tensor2d(weights))),
      tensors,
    );
    const expected = naive(...inputs);
    const terms = expected.flatMap((row, i) => row.map((v, j) => Math.abs(v * weights[i]![j]!)));
    // No sum of these functions is longer than all their numbers; backwards each is taken twice more.
    const roundings = inputs.flat(2).length + terms.length;
    expectRounded(
      value.dataSync(),
      [scalar(expected)],
      roundings,
      terms.reduce((sum, v) => sum + v, 0),
    );
    for (const [n, input] of inputs.entries()) {
      const found = gradients[n]!.arraySync() as Matrix;
      const differences = input.map((row, i) =>
        row.map((_, j) => {
          const step = 1e-5;
          const at = (delta: number) =>
            scalar(naive(...inputs.map((m, k) => (k === n ? changed(m, i, j, delta) : m))));
          return (at(step) - at(-step)) / (2 * step);
        }),
      );
      const largest = Math.max(...differences.flat().map(Math.abs));
      expect(largest, `the gradient of input ${n} says nothing`).toBeGreaterThan(1e-3);
      expectRounded(found.flat(), differences.flat(), 3 * roundings);
    }
  });
}

const changed = (m: Matrix, i: number, j: number, delta: number): Matrix =>
  m.map((row, r) => (r === i ? row.map((v, c) => (c === j ? v + delta : v)) : row));
