// Skewed KL of DistiLLM (arXiv 2402.03898): each side is compared with a mixture that holds some of itself, so that no ratio explodes.
import { add, exp, mul, neg, sub, sum } from "../../engine/raw";
import { type Tensor, tf } from "../../engine/tf";
import type { Divergence, DivergenceParameter, Divergent } from "./divergence";
import { logMixture } from "./mixture";

/** KL(p ‖ a p + (1 - a) q): forward KL at a = 0, nothing at a = 1. */
export function skewedForwardKl(teacher: Tensor, student: Tensor, skew: number): Divergent {
  const p = exp(teacher);
  const mixture = logMixture(teacher, student, skew);
  return {
    loss: sum(mul(p, sub(teacher, mixture)), 1),
    gradient: neg(mul(p, shareOf(student, mixture, 1 - skew))),
  };
}

/** How much of a mixture is that side's, where its weight is `weight`: from 0 to 1. */
const shareOf = (side: Tensor, mixture: Tensor, weight: number): Tensor =>
  exp(add(sub(side, mixture), tf.scalar(Math.log(weight))));

/**
 * KL(q ‖ (1 - a) p + a q): reverse KL at a = 0. With `detached` the student inside the mixture gets no gradient, as in the code of
 * DistiLLM-2 (arXiv 2503.07067). The gradient's further term q is 0 after projection.
 */
export function skewedReverseKl(teacher: Tensor, student: Tensor, skew: number, detached = false): Divergent {
  const q = exp(student);
  const mixture = logMixture(student, teacher, skew);
  const terms = mul(q, sub(student, mixture));
  return {
    loss: sum(terms, 1),
    gradient: detached ? terms : sub(terms, mul(q, shareOf(student, mixture, skew))),
  };
}

export const SKEW: DivergenceParameter = {
  symbol: "a",
  description: "Share in the mixture of the side that is compared with it; 0.1 in the paper.",
  minimum: 0,
  maximum: 1,
};

export const SKEWED_FORWARD_KL: Divergence = {
  name: "skewed-kl",
  label: { ko: "치우친 순방향 KL", en: "skewed forward KL" },
  description: "KL of the teacher from a mixture of both (DistiLLM).",
  parameters: { skew: SKEW },
  compute: (teacher, student, { skew }) => skewedForwardKl(teacher, student, skew!),
};

export const SKEWED_REVERSE_KL: Divergence = {
  name: "skewed-reverse-kl",
  label: { ko: "치우친 역방향 KL", en: "skewed reverse KL" },
  description: "KL of the student from a mixture of both (DistiLLM).",
  parameters: { skew: SKEW },
  compute: (teacher, student, { skew }) => skewedReverseKl(teacher, student, skew!),
};
