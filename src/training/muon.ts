// Muon (Jordan et al. 2024): momentum, orthogonalised by five Newton-Schulz steps, for the matrices of pre-training.
// Matrices of one shape are stacked and treated in one batch, which makes the step cheap in ops.
import { add, batchMatMul, div, mul, reshape, scalar, scale, sqrt, square, sub, sum } from "../engine/raw";
import { type Tensor, tf, type Variable } from "../engine/tf";
import type { NewTensor } from "../models/safetensors";

// Coefficients of the quintic iteration from the original implementation's description.
const [A, B, C] = [3.4445, -4.775, 2.0315];

interface Stack {
  parameters: Variable[];
  indices: number[];
  momentum: Tensor;
}

export class Muon {
  private readonly stacks: Stack[];

  constructor(
    parameters: readonly Variable[],
    private readonly momentum = 0.95,
  ) {
    const byShape = new Map<string, number[]>();
    for (const [index, parameter] of parameters.entries()) {
      if (parameter.rank !== 2)
        throw new Error(`Muon takes matrices, "${parameter.name}" has shape [${parameter.shape}].`);
      const key = parameter.shape.join("x");
      byShape.set(key, [...(byShape.get(key) ?? []), index]);
    }
    this.stacks = [...byShape.values()].map((indices) => ({
      indices,
      parameters: indices.map((i) => parameters[i]!),
      momentum: tf.keep(tf.zeros([indices.length, ...parameters[indices[0]!]!.shape])),
    }));
  }

  /** Applies gradients given in the order of the constructor's parameters. */
  apply(gradients: readonly Tensor[], learningRate: number): void {
    for (const stack of this.stacks) {
      tf.tidy(() => {
        const [rows, columns] = stack.parameters[0]!.shape as [number, number];
        const gradient = tf.stack(stack.indices.map((i) => gradients[i]!));
        const momentum = add(scale(stack.momentum, this.momentum), scale(gradient, 1 - this.momentum));
        stack.momentum.dispose();
        stack.momentum = tf.keep(momentum);
        const nesterov = add(scale(gradient, 1 - this.momentum), scale(momentum, this.momentum));
        const update = orthogonalise(nesterov, rows > columns);
        const size = tf.scalar(learningRate * Math.sqrt(Math.max(1, rows / columns)));
        const updates = tf.unstack(mul(update, size));
        for (const [i, parameter] of stack.parameters.entries())
          parameter.assign(sub(parameter, updates[i]!) as never);
      });
    }
  }

  state(): NewTensor[] {
    return this.stacks.map(({ momentum }, i) => ({
      name: `muon.${i}`,
      dtype: "F32",
      shape: momentum.shape,
      data: () => momentum.dataSync() as Float32Array,
    }));
  }

  restore(read: (name: string) => Float32Array): void {
    for (const [i, stack] of this.stacks.entries()) {
      const data = read(`muon.${i}`);
      if (data.length !== stack.momentum.size) {
        throw new Error(
          `The Muon state ${i} has ${data.length} values, expected ${stack.momentum.size}. Start the run anew.`,
        );
      }
      const { shape } = stack.momentum;
      stack.momentum.dispose();
      stack.momentum = tf.keep(tf.tensor(data, shape));
    }
  }

  dispose(): void {
    tf.dispose(this.stacks.map((s) => s.momentum));
  }
}

/** The nearest matrices with singular values near 1, for a stack [count, rows, columns]. */
function orthogonalise(stack: Tensor, tall: boolean): Tensor {
  const size = stack.shape[1]! * stack.shape[2]!;
  const norm = sqrt(sum(reshape(square(stack), [stack.shape[0]!, size]), 1));
  let x = div(stack, add(reshape(norm, [stack.shape[0]!, 1, 1]), scalar(1e-7)));
  for (let i = 0; i < 5; i++) {
    // for tall matrices xᵀx is the smaller square
    const gram = tall ? batchMatMul(x, x, true, false) : batchMatMul(x, x, false, true);
    const polynomial = add(scale(gram, B), scale(batchMatMul(gram, gram), C));
    x = add(scale(x, A), tall ? batchMatMul(x, polynomial) : batchMatMul(polynomial, x));
  }
  return x;
}
