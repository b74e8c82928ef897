// The generalised Jensen-Shannon divergence of GKD (arXiv 2306.13649), with beta as in TRL: 0 is forward KL, 1 reverse KL.
import { add, exp, mul, scale, sub, sum } from "../../engine/raw";
import type { Tensor } from "../../engine/tf";
import type { Divergence, Divergent } from "./divergence";
import { forwardKl } from "./forward-kl";
import { logMixture } from "./mixture";
import { reverseKl } from "./reverse-kl";

/** β KL(p ‖ m) + (1 - β) KL(q ‖ m) with m = β p + (1 - β) q. */
function jensenShannon(teacher: Tensor, student: Tensor, beta: number): Divergent {
  if (beta === 0) return forwardKl(teacher, student);
  if (beta === 1) return reverseKl(teacher, student);
  const mixture = logMixture(teacher, student, beta);
  const own = scale(mul(exp(student), sub(student, mixture)), 1 - beta);
  const other = scale(mul(exp(teacher), sub(teacher, mixture)), beta);
  return { loss: sum(add(own, other), 1), gradient: own };
}

export const JSD: Divergence = {
  name: "jsd",
  label: { ko: "JSD", en: "JSD" },
  description: "Generalised Jensen-Shannon divergence: both are compared with a mixture of them.",
  parameters: {
    beta: {
      symbol: "β",
      description: "Weight of the teacher in the mixture; 0 is forward KL, 1 reverse KL.",
      minimum: 0,
      maximum: 1,
    },
  },
  compute: (teacher, student, { beta }) => jensenShannon(teacher, student, beta!),
};
