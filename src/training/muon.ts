// Muon (Jordan et al. 2024): momentum, orthogonalised by five Newton-Schulz steps, for the matrices of pre-training.
// Matrices of one shape are stacked and treated in one batch, which makes the step cheap in ops.
import { add, batchMatMul, div, mul, reshape, scalar, scale, sqrt, square, sub, sum } from "../engine/raw";
import { type Tensor, tf, type Variable } from "../engine/tf";

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
    const byShape = new Map<string, Stack>();
    for (const [index, parameter] of parameters.entries()) {
      if (parameter.rank !== 2)
        throw new Error(`Muon takes matrices, "${parameter.name}" has shape [${parameter.shape}].`);
      const key = parameter.shape.join("x");
      let stack = byShape.get(key);
      if (!stack) byShape.set(key, (stack = { parameters: [], indices: [], momentum: tf.scalar(0) }));
      stack.parameters.push(parameter);
      stack.indices.push(index);
    }
    this.stacks = [...byShape.values()];
    for (const stack of this.stacks) {
      stack.momentum.dispose();
      stack.momentum = tf.keep(tf.zeros([stack.parameters.length, ...stack.parameters[0]!.shape]));
    }
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

  state(): { name: string; shape: number[]; data: Float32Array }[] {
    return this.stacks.map(({ momentum }, i) => ({
      name: `muon.${i}`,
      shape: momentum.shape,
      data: momentum.dataSync() as Float32Array,
    }));
  }

  restore(momenta: readonly Float32Array[]): void {
    for (const [i, stack] of this.stacks.entries()) {
      const data = momenta[i];
      if (data?.length !== stack.momentum.size) {
        throw new Error(
          `The Muon state ${i} has ${data?.length ?? 0} values, expected ${stack.momentum.size}. Start the run anew.`,
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
