// DistiLLM-2 (arXiv 2503.07067): the teacher's likelihood is raised on given texts and the student's own is lowered where the teacher
// finds it unlikely, by the two skewed divergences, each a mean over its text.
import type { Divergence } from "./divergence";
import { SKEW, skewedForwardKl, skewedReverseKl } from "./skewed";

export const CONTRASTIVE: Divergence = {
  name: "contrastive",
  label: { ko: "대조 KL", en: "contrastive KL" },
  description:
    "Skewed forward KL on given texts and skewed reverse KL on the student's own, a mean over each text (DistiLLM-2).",
  parameters: { skew: SKEW },
  means: "texts",
  compute: (teacher, student, { skew }) => skewedForwardKl(teacher, student, skew!),
  // The authors' code holds the student inside the mixture constant here.
  onOwnTexts: (teacher, student, { skew }) => skewedReverseKl(teacher, student, skew!, true),
};
