// Forward KL, of the student from the teacher: Hinton et al. 2015.
import { exp, mul, scale, sub, sum } from "../../engine/raw";
import type { Tensor } from "../../engine/tf";
import type { Divergence, Divergent } from "./divergence";

/** Σ p (log p - log q) */
export function forwardKl(teacher: Tensor, student: Tensor): Divergent {
  const p = exp(teacher);
  return { loss: sum(mul(p, sub(teacher, student)), 1), gradient: scale(p, -1) };
}

export const FORWARD_KL: Divergence = {
  name: "forward-kl",
  label: { ko: "순방향 KL", en: "forward KL" },
  description: "KL(teacher || student): the student covers all that the teacher finds likely.",
  compute: forwardKl,
};
