// Faithfulness by entailment: does each sentence of a summary follow from some sentence of its document?
// Laban et al., "SummaC" (2022): the zero-shot aggregation; the learned one (SummaC-Conv) is left out.
import { type Metric, oncePer, type Scoring } from "../metric";
import { sentencesOf } from "../rouge/sentences";
import type { EntailmentModel, Verdict } from "./entailment-model";

function modelOf({ entailmentModel }: Scoring): EntailmentModel {
  if (entailmentModel) return entailmentModel;
  throw new Error("Entailment: expected a model of natural language inference, found none.");
}

/** Of each sentence of a summary, the verdicts of the document's sentences. */
const verdicts = oncePer((predictions, scoring): Verdict[][][] => {
  const { documents } = scoring;
  if (!documents) throw new Error("Entailment: expected the documents, found none.");
  const grids = predictions.map((prediction, i) => {
    const premises = sentencesOf(documents[i]!);
    return sentencesOf(prediction).map((claim) => premises.map((premise) => [premise, claim] as const));
  });
  const judged = modelOf(scoring).judge(grids.flat(2))[Symbol.iterator]();
  return grids.map((claims) => claims.map((pairs) => pairs.map(() => judged.next().value as Verdict)));
});

const highest = (row: readonly Verdict[], kind: "entailment" | "contradiction") =>
  Math.max(...row.map((verdict) => verdict[kind]));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const shared = {
  measure: "entailment",
  needs: { entailmentModel: true },
  role: "detail",
  signature: (scoring: Scoring) =>
    `summac-zs|sentences=wink-nlp|best premise of each claim|${modelOf(scoring).signature}`,
} as const;

/** A metric of the sentences' verdicts; a summary or document without a sentence has none. */
const score = (id: string, ko: string, en: string, value: (claims: Verdict[][]) => number): Metric => ({
  ...shared,
  id,
  label: { ko, en },
  unit: "score",
  better: "higher",
  aggregate: "mean",
  perItem: (predictions, scoring) =>
    verdicts(predictions, scoring).map((claims) =>
      claims.length > 0 && claims[0]!.length > 0 ? value(claims) : null,
    ),
});

export const entailmentMetrics: readonly Metric[] = [
  score("entailment", "함의", "entailment", (claims) =>
    mean(claims.map((row) => highest(row, "entailment"))),
  ),
  score("entailment.least", "함의가 가장 약한 문장", "entailment of the least supported sentence", (claims) =>
    Math.min(...claims.map((row) => highest(row, "entailment"))),
  ),
  // SummaC's code subtracts the largest contradiction from the largest entailment.
  score("entailment.summac", "SummaC-ZS", "SummaC-ZS", (claims) =>
    mean(claims.map((row) => highest(row, "entailment") - highest(row, "contradiction"))),
  ),
  {
    ...shared,
    id: "entailment.cutPairs",
    label: { ko: "함의 모델이 자른 문장 쌍", en: "pairs of sentences cut by the entailment model" },
    unit: "count",
    better: "lower",
    aggregate: "sum",
    perItem: (predictions, scoring) =>
      verdicts(predictions, scoring).map((claims) => claims.flat().filter(({ cut }) => cut).length),
  },
];
