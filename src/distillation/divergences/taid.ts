// TAID (arXiv 2501.16937): forward KL from a target that moves from near the student to the teacher.
import { add, logSoftmax, scale } from "../../engine/raw";
import type { Divergence } from "./divergence";
import { forwardKl } from "./forward-kl";

/** The paper's step size and momentum. */
const STEP = 5e-4;
const MOMENTUM = 0.99;

/**
 * The paper's algorithm 1: the larger of the line from `start` to 1 and of a step that is the longer the faster the loss falls. It is at
 * most 5e-4 (1 - t), the line's 0.6 / steps: below 2,000 steps the line alone decides.
 */
function schedule(
  start: number,
  progress: number,
  before: readonly Record<string, number>[],
): Record<string, number> {
  const [earlier, last] = before.slice(-2);
  if (!earlier) return { interpolation: start, momentum: 0 };
  const line = start + (1 - start) * progress;
  if (!last) return { interpolation: line, momentum: 0 };
  const loss = ({ kl, ownKl }: Record<string, number>): number => kl ?? ownKl!;
  const change = (loss(earlier) - loss(last)) / (loss(earlier) + 1e-15);
  const momentum = MOMENTUM * last.momentum! + (1 - MOMENTUM) * change;
  const longer = last.interpolation! + (STEP / (1 + Math.exp(-momentum))) * (1 - last.interpolation!);
  return { interpolation: Math.min(1, Math.max(line, longer)), momentum };
}

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
  during: ({ interpolation: start }, progress, before) => schedule(start!, progress, before),
};
