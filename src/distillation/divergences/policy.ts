// Reverse KL as a policy gradient: of each distribution only the token that the student drew counts, its advantage the teacher's
// log-probability minus the student's (thinking-machines-lab/tinker-cookbook train_on_policy.py; verl's distillation losses).
import { exp, gatherNd, mul, neg, scatter, sub } from "../../engine/raw";
import { type Tensor, tf } from "../../engine/tf";
import type { Divergence, DivergenceParameter, Divergent } from "./divergence";

/** Loss and its derivative by the student's log-probability of the drawn token. */
interface OnToken {
  loss: Tensor;
  slope: Tensor;
}

/** Teacher's, student's and the drawing student's log-probabilities [n] of the drawn tokens. */
type OfToken = (teacher: Tensor, student: Tensor, drawn: Tensor) => OnToken;

/** -A log q with A = log p - log q held constant: REINFORCE. */
export const policyGradient: OfToken = (teacher, student) => {
  const slope = sub(student, teacher);
  return { loss: mul(slope, student), slope };
};

/** -r A with r = q / q at the draw, A = log p - log q at the draw. */
export const importanceRatio: OfToken = (teacher, student, drawn) => {
  const slope = mul(exp(sub(student, drawn)), sub(drawn, teacher));
  return { loss: slope, slope };
};

/**
 * PPO's -min(r A, clip(r, 1 - low, 1 + high) A): a token whose ratio has left the range gives no gradient. The advantage is that of
 * the draw, or with `current` that of the student as it is now, as verl has it.
 */
export const clippedRatio =
  (low: number, high: number, current = false): OfToken =>
  (teacher, student, drawn) => {
    const advantage = sub(teacher, current ? student : drawn);
    const ratio = exp(sub(student, drawn));
    const free = mul(ratio, advantage);
    const clipped = mul(tf.clipByValue(ratio, 1 - low, 1 + high), advantage);
    const counts = tf.cast(tf.lessEqual(free, clipped), "float32");
    return { loss: neg(tf.minimum(free, clipped)), slope: neg(mul(free, counts)) };
  };

/** The loss on drawn tokens as a divergence. Throws where nothing was drawn. */
export function onDrawn(ofToken: OfToken): Divergence["compute"] {
  return (teacher, student, _parameters, sampled): Divergent => {
    if (!sampled)
      throw new Error(
        "This loss looks at the tokens that the student drew: its texts must be the student's.",
      );
    const { indices, logProbability } = sampled;
    const { loss, slope } = ofToken(gatherNd(teacher, indices), gatherNd(student, indices), logProbability);
    return { loss, gradient: scatter(indices, slope, student.shape) };
  };
}

const bound = (side: string, other: string): DivergenceParameter => ({
  description: `How far the ratio of the student's probability to that at the draw may go ${side} 1 before a token counts no more; 0.2 in PPO, ${other}.`,
  minimum: 0,
  maximum: 1,
});

export const POLICY_GRADIENT: Divergence = {
  name: "policy-gradient",
  label: { ko: "정책 기울기", en: "policy gradient" },
  description: "Reverse KL by the drawn tokens alone (REINFORCE); for texts of the student.",
  compute: onDrawn(policyGradient),
};

export const IMPORTANCE_RATIO: Divergence = {
  name: "importance-ratio",
  label: { ko: "중요도 비", en: "importance ratio" },
  description:
    "The same with the ratio to the student at the draw (Tinker's default); for texts of the student.",
  compute: onDrawn(importanceRatio),
};

export const CLIPPED_RATIO: Divergence = {
  name: "clipped-ratio",
  label: { ko: "잘린 중요도 비", en: "clipped ratio" },
  description: "The same with the ratio clipped as in PPO; for texts of the student.",
  parameters: {
    clipBelow: bound("below", "and TRL's GRPO"),
    clipAbove: bound("above", "up to 0.28 in DAPO"),
  },
  compute: (teacher, student, parameters, sampled) =>
    onDrawn(clippedRatio(parameters.clipBelow!, parameters.clipAbove!))(
      teacher,
      student,
      parameters,
      sampled,
    ),
};
