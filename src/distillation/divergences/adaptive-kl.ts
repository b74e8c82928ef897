// Adaptive KL (arXiv 2404.02657): forward and reverse KL weighted by where student and teacher differ, at likely or unlikely tokens.
import { add, exp, mul, sub, sum } from "../../engine/raw";
import { type Tensor, tf } from "../../engine/tf";
import type { Divergence, Divergent } from "./divergence";
import { forwardKl } from "./forward-kl";
import { reverseKl } from "./reverse-kl";

/** Where the token belongs with which the teacher's mass crosses the bound. */
export type Crossing = "tail" | "head";

/**
 * w KL(p ‖ q) + (1 - w) KL(q ‖ p), w the head's share of Σ |p - q|, a constant in the gradient. The head are the teacher's
 * likeliest tokens up to a mass of `headMass`, and always the first: without the token that crosses it as in the authors'
 * code (wutaiqiang/LLM_KD_AKL), or with it as in songmzhang/KDFlow. Tokens as likely as the head's last one belong to it.
 */
export function adaptiveKl(
  teacher: Tensor,
  student: Tensor,
  headMass: number,
  crossing: Crossing = "tail",
): Divergent {
  const p = exp(teacher);
  const { values: sorted } = tf.topk(p, p.shape[1]!, true);
  const upTo = tf.cumsum(sorted, 1);
  const inHead = crossing === "tail" ? tf.lessEqual(upTo, headMass) : tf.less(sub(upTo, sorted), headMass);
  const least = tf.min(tf.where(inHead, sorted, 1), 1, true);
  const first = tf.max(sorted, 1, true);
  const head = tf.cast(tf.greaterEqual(p, tf.minimum(least, first)), "float32");
  const gap = tf.abs(sub(p, exp(student)));
  const total = sum(gap, 1, true);
  // Where both agree there is nothing to weigh.
  const weight = tf.divNoNan(sum(mul(gap, head), 1, true), total);
  const rest = sub(tf.scalar(1), weight);
  const [forward, reverse] = [forwardKl(teacher, student), reverseKl(teacher, student)];
  const row = (x: Tensor) => tf.reshape(x, [-1]);
  return {
    loss: add(mul(row(weight), forward.loss), mul(row(rest), reverse.loss)),
    gradient: add(mul(weight, forward.gradient), mul(rest, reverse.gradient)),
  };
}

export const ADAPTIVE_KL: Divergence = {
  name: "adaptive-kl",
  label: { ko: "적응형 KL", en: "adaptive KL" },
  description:
    "Forward and reverse KL, weighted by how far both differ at the teacher's likely tokens (AKL).",
  parameters: {
    headMass: {
      symbol: "μ",
      description: "The mass of the teacher's likeliest tokens that are its head; 0.5 in the paper.",
      minimum: 0,
      maximum: 1,
    },
  },
  compute: (teacher, student, { headMass }) => adaptiveKl(teacher, student, headMass!),
};
