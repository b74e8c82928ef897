// BERTScore as metrics: precision, recall and F of greedy matching, and how many texts its encoder had to cut.
import type { PRF } from "../../results/scores";
import { type Metric, oncePer, type Scoring } from "../metric";
import type { BertScoreReferences, BertScorer } from "./bert-scorer";

const LETTERS: Record<keyof PRF, string> = { precision: "P", recall: "R", f: "F1" };

function scorerOf({ bertScorer }: Scoring): BertScorer {
  if (bertScorer) return bertScorer;
  throw new Error("BERTScore: expected an encoder, found none.");
}

const encoded = new WeakMap<Scoring, BertScoreReferences>();
const scored = oncePer((predictions, scoring) => {
  const references = encoded.get(scoring) ?? scorerOf(scoring).references(scoring.references);
  encoded.set(scoring, references);
  return scorerOf(scoring).score(references, predictions);
});

const shared = {
  measure: "bertscore",
  needs: { encoder: true },
  signature: (scoring: Scoring) => scorerOf(scoring).signature,
} as const;

const columns = (["precision", "recall", "f"] as const).map((name): Metric => {
  const label = `BERTScore ${LETTERS[name]}`;
  return {
    ...shared,
    id: `bertscore.${name}`,
    label: { ko: label, en: label },
    unit: "score",
    better: "higher",
    role: name === "f" ? "primary" : "detail",
    aggregate: "mean",
    column: { of: "bertscore", name },
    published: ["bertscore", name],
    // A side whose tokens all weigh nothing (idf of a single reference) has no precision or recall.
    perItem: (predictions, scoring) =>
      scored(predictions, scoring).items.map((score) => (Number.isNaN(score[name]) ? null : score[name])),
  };
});

const cutTexts: Metric = {
  ...shared,
  id: "cutTexts",
  label: { ko: "인코더가 자른 글", en: "texts cut by the encoder" },
  unit: "count",
  better: "lower",
  role: "detail",
  aggregate: "sum",
  perItem: (predictions, scoring) => scored(predictions, scoring).cut,
};

export const bertscoreMetrics: readonly Metric[] = [...columns, cutTexts];
