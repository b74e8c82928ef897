// Total variation distance, as in sequence-level f-distillation (arXiv 2307.15190).
import { exp, mul, scale, sub, sum } from "../../engine/raw";
import { type Tensor, tf } from "../../engine/tf";
import type { Divergence, Divergent } from "./divergence";

/** ½ Σ |p - q| */
function totalVariation(teacher: Tensor, student: Tensor): Divergent {
  const q = exp(student);
  const difference = sub(q, exp(teacher));
  return {
    loss: scale(sum(tf.abs(difference), 1), 0.5),
    gradient: scale(mul(tf.sign(difference), q), 0.5),
  };
}

export const TVD: Divergence = {
  name: "tvd",
  label: { ko: "TVD", en: "TVD" },
  description: "Total variation distance: half the sum of the differences of probabilities.",
  compute: totalVariation,
};
