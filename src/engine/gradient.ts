// Ops with a hand-written gradient: several raw ops count as one step of the tape.
import { type Tensor, tf } from "./tf";

/**
 * Runs `forward` untaped and, when gradients are asked for, `backward` instead of the tape's own rule.
 * `forward` returns its result and the tensors that `backward` needs; `backward` gets the result's gradient and
 * returns one gradient per input, in order. Everything else made meanwhile is freed when the forward pass ends, so
 * whatever `backward` reads must be saved, inputs too, unless it lives longer anyway (weights).
 */
export function withGradient(
  inputs: readonly Tensor[],
  forward: () => { value: Tensor; saved: Tensor[] },
  backward: (dy: Tensor, saved: Tensor[]) => Tensor[],
): Tensor {
  const op = tf.customGrad((...args) => {
    const save = args[args.length - 1] as unknown as (tensors: Tensor[]) => void;
    const { value, saved } = forward();
    save(saved);
    return {
      value,
      gradFunc: (dy: Tensor, kept: Tensor[]) => tf.tidy(() => backward(dy, kept)),
    };
  });
  return op(...(inputs as Tensor[]));
}

/** Value and gradients of a scalar function with respect to tensors; a tensor it does not depend on gives zeros. */
export function valueAndGradients(
  f: () => Tensor,
  parameters: readonly Tensor[],
): { value: Tensor; gradients: Tensor[] } {
  const { value, grads } = tf.engine().gradients(f as never, parameters as Tensor[], null as never, true);
  return { value, gradients: grads.map((g, i) => g ?? tf.zerosLike(parameters[i]!)) };
}
