// Losses between two models of different vocabularies that a recipe may choose, and what each compares.
import { gatherRows, scatterRows } from "../../engine/raw";
import { type Tensor, tf } from "../../engine/tf";
import type { AcrossVocabulariesName } from "../loss-conditions";
import { byteSpans } from "./byte-spans";
import { uldRows } from "./sorted-distance";
import { goldRows, type SpannedSide, type SpanRows, spanPolicyGradient } from "./span-likelihood";

/** Tokens from … to - 1 of each side that are compared. */
export interface Aligned {
  student: readonly [from: number, to: number];
  teacher: readonly [from: number, to: number];
}

export interface AcrossVocabularies {
  /** As recipes call it. */
  name: AcrossVocabulariesName;
  /** As tables show it. */
  label: { ko: string; en: string };
  /** In one sentence, for who chooses it in a study file. */
  description: string;
  /** What of two tokenisations of a text is compared. */
  align(student: readonly Uint8Array[], teacher: readonly Uint8Array[]): Aligned[];
  /** Loss of each aligned part and the gradient of their sum by the student's logits, which are those of `student`. */
  rows(student: SpannedSide, teacher: SpannedSide, temperature: number): SpanRows;
}

/** The k-th token against the k-th, as far as both go. */
const byPosition = (student: readonly Uint8Array[], teacher: readonly Uint8Array[]): Aligned[] =>
  Array.from({ length: Math.min(student.length, teacher.length) }, (_, k) => ({
    student: [k, k + 1],
    teacher: [k, k + 1],
  }));

function uldSpans(student: SpannedSide, teacher: SpannedSide, temperature: number): SpanRows {
  const rowsOf = ({ spans }: SpannedSide): Tensor =>
    tf.tensor1d(
      spans.map(([from]) => from),
      "int32",
    );
  const indices = rowsOf(student);
  const { loss, gradient } = uldRows(
    gatherRows(student.logits, indices),
    gatherRows(teacher.logits, rowsOf(teacher)),
    { student: temperature, teacher: temperature },
  );
  return { loss, gradient: scatterRows(gradient, indices, student.ids.length) };
}

export const ACROSS_VOCABULARIES: readonly AcrossVocabularies[] = [
  {
    name: "uld",
    label: { ko: "ULD", en: "ULD" },
    description: "Across vocabularies: sorted probabilities, the k-th token against the k-th (ULD).",
    align: byPosition,
    rows: uldSpans,
  },
  {
    name: "merged-likelihood",
    label: { ko: "병합 우도", en: "merged likelihood" },
    description:
      "Across vocabularies: sorted probabilities of spans that end at the same byte, their tokens' likelihoods merged (GOLD).",
    align: byteSpans,
    rows: (student, teacher) => goldRows(student, teacher, "last"),
  },
  {
    name: "span-policy-gradient",
    label: { ko: "구간 정책 기울기", en: "span policy gradient" },
    description:
      "Across vocabularies: reverse KL by the likelihoods of spans that end at the same byte, as a policy gradient.",
    align: byteSpans,
    rows: (student, teacher) => spanPolicyGradient(student, teacher),
  },
];

/** The loss of that name; undefined for one between equal vocabularies. */
export const acrossVocabularies = (name: string): AcrossVocabularies | undefined =>
  ACROSS_VOCABULARIES.find((each) => each.name === name);
