// Divergences of two distributions given as log-probabilities [n, outcomes], with their gradients in the second one.
import { add, exp, log, logSoftmax, maximum, mul, scale, sub, sum } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";

export type Divergence = "forward-kl" | "reverse-kl" | "jsd" | "tvd" | "taid";

export interface DivergenceOptions {
  loss: Divergence;
  /** Weight of the teacher in the mixture of the generalised JSD; 0 is forward KL, 1 reverse KL, as in TRL's GKD. */
  beta?: number;
  /** TAID's interpolation (arXiv 2501.16937): 0 is the student itself, 1 the teacher. */
  interpolation?: number;
}

/** Loss [n] and its derivative [n, outcomes] by the student's log-probabilities, each taken as free. */
export interface Divergent {
  loss: Tensor;
  gradient: Tensor;
}

/** Throws when a parameter is missing or out of its range. */
export function checkDivergence({ loss, beta, interpolation }: DivergenceOptions): void {
  const inUnit = (name: string, value: number | undefined) => {
    if (value === undefined || !(value >= 0 && value <= 1)) {
      throw new Error(`The loss "${loss}" needs ${name} from 0 to 1, found ${value}.`);
    }
  };
  if (loss === "jsd") inUnit("beta", beta);
  if (loss === "taid") inUnit("interpolation", interpolation);
}

/** The divergence of student from teacher. Both rows sum to 1; the gradient is to be projected on that constraint. */
export function divergence(teacher: Tensor, student: Tensor, options: DivergenceOptions): Divergent {
  switch (options.loss) {
    case "forward-kl":
      return forwardKl(teacher, student);
    case "reverse-kl":
      return reverseKl(teacher, student);
    case "jsd":
      if (options.beta === 0) return forwardKl(teacher, student);
      if (options.beta === 1) return reverseKl(teacher, student);
      return jensenShannon(teacher, student, options.beta!);
    case "tvd":
      return totalVariation(teacher, student);
    case "taid": {
      const t = options.interpolation!;
      return forwardKl(logSoftmax(add(scale(student, 1 - t), scale(teacher, t))), student);
    }
  }
}

/** Σ p (log p - log q) */
export function forwardKl(teacher: Tensor, student: Tensor): Divergent {
  const p = exp(teacher);
  return { loss: sum(mul(p, sub(teacher, student)), 1), gradient: scale(p, -1) };
}

/** Σ q (log q - log p); the gradient's further term q is 0 after projection. */
function reverseKl(teacher: Tensor, student: Tensor): Divergent {
  const terms = mul(exp(student), sub(student, teacher));
  return { loss: sum(terms, 1), gradient: terms };
}

/** β KL(p ‖ m) + (1 - β) KL(q ‖ m) with m = β p + (1 - β) q. */
function jensenShannon(teacher: Tensor, student: Tensor, beta: number): Divergent {
  const a = add(teacher, tf.scalar(Math.log(beta)));
  const b = add(student, tf.scalar(Math.log(1 - beta)));
  const larger = maximum(a, b);
  const mixture = add(larger, log(add(exp(sub(a, larger)), exp(sub(b, larger)))));
  const own = scale(mul(exp(student), sub(student, mixture)), 1 - beta);
  const other = scale(mul(exp(teacher), sub(teacher, mixture)), beta);
  return { loss: sum(add(own, other), 1), gradient: own };
}

/** ½ Σ |p - q| */
function totalVariation(teacher: Tensor, student: Tensor): Divergent {
  const q = exp(student);
  const difference = sub(q, exp(teacher));
  return {
    loss: scale(sum(tf.abs(difference), 1), 0.5),
    gradient: scale(mul(tf.sign(difference), q), 0.5),
  };
}
