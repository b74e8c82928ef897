// RDASS (Lee et al., 2020, arXiv 2005.03510): how near a summary's vector is to its reference's and to its document's.
// The half that looks at the document alone needs no reference.
import { type Metric, oncePer, type Scoring } from "../metric";
import type { SentenceEncoder } from "./sentence-encoder";

interface Similarities {
  reference: number;
  document: number;
  /** Of summary, references and document, how many the encoder cut. */
  cut: number;
}

function encoderOf({ sentenceEncoder }: Scoring): SentenceEncoder {
  if (sentenceEncoder) return sentenceEncoder;
  throw new Error("RDASS: expected a sentence encoder, found none.");
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const number = (cut: readonly boolean[]): number => cut.filter(Boolean).length;

/** What is the same for every system. */
const encoded = new WeakMap<
  Scoring,
  { references: Float32Array[][]; documents: Float32Array[]; cut: number[] }
>();

function encodedOf(scoring: Scoring) {
  const { documents: texts } = scoring;
  if (!texts) throw new Error("RDASS: expected the documents beside the references, found none.");
  const encoder = encoderOf(scoring);
  const groups = scoring.references.map((group) => (typeof group === "string" ? [group] : [...group]));
  const references = encoder.vectors(groups.flat(), "summary");
  const documents = encoder.vectors(texts, "document");
  let used = 0;
  const places = groups.map((group) => {
    used += group.length;
    return [used - group.length, used] as const;
  });
  return {
    references: places.map(([from, to]) => references.vectors.slice(from, to)),
    documents: documents.vectors,
    cut: places.map(([from, to], i) => number(references.cut.slice(from, to)) + number([documents.cut[i]!])),
  };
}

const similarities = oncePer((predictions, scoring): Similarities[] => {
  const known = encoded.get(scoring) ?? encodedOf(scoring);
  encoded.set(scoring, known);
  const { vectors, cut } = encoderOf(scoring).vectors(predictions, "summary");
  return vectors.map((vector, i) => ({
    // Of several references the nearest.
    reference: Math.max(...known.references[i]!.map((reference) => dot(vector, reference))),
    document: dot(vector, known.documents[i]!),
    cut: known.cut[i]! + number([cut[i]!]),
  }));
});

const shared = {
  measure: "rdass",
  needs: { sentenceEncoder: true },
  role: "detail",
  signature: (scoring: Scoring) => `rdass=(s(p,r)+s(p,d))/2|${encoderOf(scoring).signature}`,
} as const;

const score = (id: string, ko: string, en: string, value: (of: Similarities) => number): Metric => ({
  ...shared,
  id,
  label: { ko, en },
  unit: "score",
  better: "higher",
  aggregate: "mean",
  perItem: (predictions, scoring) => similarities(predictions, scoring).map(value),
});

export const rdassMetrics: readonly Metric[] = [
  score("rdass", "RDASS", "RDASS", ({ reference, document }) => (reference + document) / 2),
  score("rdass.reference", "RDASS 기준 요약 쪽", "RDASS, reference half", ({ reference }) => reference),
  score("rdass.document", "RDASS 원문 쪽", "RDASS, document half", ({ document }) => document),
  {
    ...shared,
    id: "rdass.cutTexts",
    label: { ko: "문장 인코더가 자른 글", en: "texts cut by the sentence encoder" },
    unit: "count",
    better: "lower",
    aggregate: "sum",
    perItem: (predictions, scoring) => similarities(predictions, scoring).map(({ cut }) => cut),
  },
];
