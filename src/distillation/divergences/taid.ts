// TAID (arXiv 2501.16937): forward KL from a target that moves from near the student to the teacher.
import { add, logSoftmax, scale } from "../../engine/raw";
import type { Divergence } from "./divergence";
import { forwardKl } from "./forward-kl";

export const TAID: Divergence = {
  name: "taid",
  label: { ko: "TAID", en: "TAID" },
  description: "Forward KL from a target between student and teacher that moves to the teacher in a run.",
  parameters: {
    interpolation: {
      description:
        "Where the target stands at the first step: 0 is the student itself, 1 the teacher; 0.4 in the paper.",
      minimum: 0,
      maximum: 1,
    },
  },
  compute: (teacher, student, { interpolation: t }) =>
    forwardKl(logSoftmax(add(scale(student, 1 - t!), scale(teacher, t!))), student),
  // The paper's step takes the larger of the line to 1 and of an adaptive increment, at most 5e-4 (1 - t) <= 3e-4; the
  // line's is 0.6 / steps, so below 2,000 steps the line alone decides.
  during: ({ interpolation: start }, progress) => ({ interpolation: start! + (1 - start!) * progress }),
};
