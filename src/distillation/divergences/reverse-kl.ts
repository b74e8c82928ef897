// Reverse KL, of the teacher from the student: MiniLLM (arXiv 2306.08543).
import { exp, mul, sub, sum } from "../../engine/raw";
import type { Tensor } from "../../engine/tf";
import type { Divergence, Divergent } from "./divergence";

/** Σ q (log q - log p); the gradient's further term q is 0 after projection. */
export function reverseKl(teacher: Tensor, student: Tensor): Divergent {
  const terms = mul(exp(student), sub(student, teacher));
  return { loss: sum(terms, 1), gradient: terms };
}

export const REVERSE_KL: Divergence = {
  name: "reverse-kl",
  label: { ko: "역방향 KL", en: "reverse KL" },
  description: "KL(student || teacher): the student keeps to what the teacher finds likeliest.",
  compute: reverseKl,
};
