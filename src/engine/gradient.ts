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

/**
 * Value and gradients of a scalar function with respect to tensors; a tensor it does not depend on gives zeros. With `dy`
 * the function may give a tensor of any shape, and the gradients are those of the sum of dy times it.
 */
export function valueAndGradients(
  f: () => Tensor,
  parameters: readonly Tensor[],
  dy?: Tensor,
): { value: Tensor; gradients: Tensor[] } {
  const { state } = tf.engine();
  // tfjs keeps one tape; called from a backward pass, this must not take away that pass's own.
  const outer = state.activeTape;
  try {
    const { value, grads } = tf
      .engine()
      .gradients(f as never, parameters as Tensor[], (dy ?? null) as never, true);
    return { value, gradients: grads.map((g, i) => g ?? tf.zerosLike(parameters[i]!)) };
  } finally {
    state.activeTape = outer;
  }
}

/**
 * f(x), of which only x is kept for the gradient: the backward pass runs f again (Chen et al. 2016, arXiv 1604.06174).
 * `parameters` take gradients too and outlive the pass; `constants` are what else f reads that the pass would free.
 */
export function recomputed(
  x: Tensor,
  parameters: readonly Tensor[],
  constants: readonly Tensor[],
  f: (x: Tensor, constants: readonly Tensor[]) => Tensor,
): Tensor {
  return withGradient(
    [x, ...parameters],
    () => ({ value: f(x, constants), saved: [x, ...constants] }),
    (dy, [input, ...kept]) => valueAndGradients(() => f(input!, kept), [input!, ...parameters], dy).gradients,
  );
}
