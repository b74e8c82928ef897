// AdamW with torch's arithmetic (decoupled decay, bias correction, eps outside the root), on one flat vector.
// One vector for all parameters keeps a step at about 20 ops plus one reshape a tensor, where an op costs 28 µs.
import {
  add,
  concat,
  div,
  mul,
  reshape,
  scalar,
  scale,
  split,
  sqrt,
  square,
  sub,
  sumAll,
} from "../engine/raw";
import { type Tensor, tf, type Variable } from "../engine/tf";
import type { NewTensor } from "../models/safetensors";
import type { Optimizer } from "./optimizer";

export interface AdamWOptions {
  beta1?: number;
  beta2?: number;
  eps?: number;
  weightDecay?: number;
  /** Whether a parameter decays; norms usually do not. */
  decays?: (name: string) => boolean;
}

/** Scalars of one step: the learning rate, the step size and 1/√ with their bias corrections. */
export interface StepFactors {
  [name: string]: Tensor;
  rate: Tensor;
  size: Tensor;
  inverseRoot: Tensor;
}

export class AdamW implements Optimizer {
  step = 0;
  private readonly sizes: number[];
  private readonly decay: Tensor | undefined;
  private first: Tensor;
  private second: Tensor;
  private readonly options: Required<Omit<AdamWOptions, "decays">>;

  constructor(
    private readonly names: readonly string[],
    private readonly parameters: readonly Variable[],
    { beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0, decays = () => true }: AdamWOptions = {},
  ) {
    this.options = { beta1, beta2, eps, weightDecay };
    this.sizes = parameters.map((p) => p.size);
    const total = this.sizes.reduce((a, b) => a + b, 0);
    this.first = tf.keep(tf.zeros([total]));
    this.second = tf.keep(tf.zeros([total]));
    if (weightDecay) {
      const mask = new Float32Array(total);
      let at = 0;
      for (const [i, size] of this.sizes.entries()) {
        if (decays(names[i]!)) mask.fill(weightDecay, at, at + size);
        at += size;
      }
      this.decay = tf.keep(tf.tensor1d(mask));
    }
  }

  /** Applies gradients, clipped to a global norm of at most `maxNorm`; returns the norm before clipping. */
  apply(gradients: readonly Tensor[], learningRate: number, maxNorm = Number.POSITIVE_INFINITY): number {
    return tf.tidy(() => {
      const factors = this.next(learningRate);
      const { norm, ...moments } = this.nextMoments(gradients, maxNorm);
      // At once, so that old moments and new parameters are never held together.
      this.adopt(moments);
      for (const [i, value] of this.nextParameters(moments, factors).entries()) {
        this.parameters[i]!.assign(value as never);
      }
      return norm.dataSync()[0]!;
    });
  }

  /** Counts a step and returns the numbers that belong to it, as `update` takes them. */
  next(learningRate: number): StepFactors {
    this.step++;
    const { beta1, beta2 } = this.options;
    return {
      rate: tf.scalar(learningRate),
      size: tf.scalar(learningRate / (1 - beta1 ** this.step)),
      inverseRoot: tf.scalar(1 / Math.sqrt(1 - beta2 ** this.step)),
    };
  }

  /** The arithmetic of a step, all of it on the device; nothing is changed. `norm` is that of the gradients, a scalar. */
  update(
    gradients: readonly Tensor[],
    factors: StepFactors,
    maxNorm: number,
  ): { norm: Tensor; first: Tensor; second: Tensor; parameters: Tensor[] } {
    const { norm, ...moments } = this.nextMoments(gradients, maxNorm);
    return { norm, ...moments, parameters: this.nextParameters(moments, factors) };
  }

  /** What `update` reads besides parameters, gradients and factors. */
  tensors(): { [name: string]: Tensor } {
    return { first: this.first, second: this.second, ...(this.decay && { decay: this.decay }) };
  }

  private nextMoments(
    gradients: readonly Tensor[],
    maxNorm: number,
  ): { norm: Tensor; first: Tensor; second: Tensor } {
    const { beta1, beta2 } = this.options;
    return tf.tidy(() => {
      const flat = concat(
        gradients.map((g) => reshape(g, [-1])),
        0,
      );
      const norm = sqrt(sumAll(square(flat)));
      // torch: factor = min(1, maxNorm / (norm + 1e-6)), kept on the device so that nothing waits for it
      const clipped = Number.isFinite(maxNorm)
        ? mul(flat, tf.minimum(div(tf.scalar(maxNorm), add(norm, tf.scalar(1e-6))), 1))
        : flat;
      return {
        norm,
        first: add(scale(this.first, beta1), scale(clipped, 1 - beta1)),
        second: add(scale(this.second, beta2), scale(square(clipped), 1 - beta2)),
      };
    });
  }

  private nextParameters(
    { first, second }: { first: Tensor; second: Tensor },
    { rate, size, inverseRoot }: StepFactors,
  ): Tensor[] {
    return tf.tidy(() => {
      const denominator = add(mul(sqrt(second), inverseRoot), scalar(this.options.eps));
      let old = concat(
        this.parameters.map((p) => reshape(p, [-1])),
        0,
      );
      if (this.decay) old = sub(old, mul(mul(old, this.decay), rate));
      const updated = sub(old, mul(div(first, denominator), size));
      return split(updated, this.sizes, 0).map((part, i) => reshape(part, this.parameters[i]!.shape));
    });
  }

  /** Takes over tensors as the moments, in place of those it frees. */
  adopt({ first, second }: { first: Tensor; second: Tensor }): void {
    tf.dispose([this.first, this.second]);
    this.first = tf.keep(first);
    this.second = tf.keep(second);
  }

  /** First and second moments, for a checkpoint. */
  state(): NewTensor[] {
    const shape = [this.first.size];
    return [
      { name: "adamw.first", dtype: "F32", shape, data: () => this.first.dataSync() as Float32Array },
      { name: "adamw.second", dtype: "F32", shape, data: () => this.second.dataSync() as Float32Array },
    ];
  }

  /** Puts back what `state` gave. Throws when it belongs to other parameters. */
  restore(step: number, read: (name: string) => Float32Array): void {
    const first = read("adamw.first");
    const second = read("adamw.second");
    const total = this.first.size;
    if (first.length !== total || second.length !== total) {
      throw new Error(
        `The optimizer state is for ${first.length} parameters, this run trains ${total} (${this.names.length} tensors). Start the run anew.`,
      );
    }
    this.step = step;
    this.adopt({ first: tf.tensor1d(first), second: tf.tensor1d(second) });
  }

  dispose(): void {
    tf.dispose([this.first, this.second]);
    this.decay?.dispose();
  }
}
