// Kept and invented facts as metrics: the share of the reference's facts that a text keeps, and of its own that nothing states.
import { type Metric, oncePer, type Scoring } from "../metric";
import { type FactScore, scoreFacts } from "./facts";

/** Facts of each item; of several references the first is taken. */
export const factScores = oncePer((predictions, { references, documents }): FactScore[] =>
  predictions.map((prediction, i) => {
    const reference = references[i]!;
    return scoreFacts(prediction, typeof reference === "string" ? reference : reference[0]!, documents?.[i]);
  }),
);

const shared = {
  measure: "facts",
  unit: "share",
  aggregate: "mean",
  signature: ({ documents }: Scoring) =>
    `rules=3|invented=${documents ? "not in document" : "not in reference"}`,
} as const;

export const factMetrics: readonly Metric[] = [
  {
    ...shared,
    id: "keptFacts",
    label: { ko: "지킨 사실", en: "kept facts" },
    better: "higher",
    role: "primary",
    // A reference without facts has nothing to keep.
    perItem: (predictions, scoring) => factScores(predictions, scoring).map(({ kept }) => kept ?? null),
  },
  {
    ...shared,
    id: "inventedFacts",
    label: { ko: "지어낸 사실", en: "invented facts" },
    better: "lower",
    role: "secondary",
    // A text without facts invents no share of them.
    perItem: (predictions, scoring) =>
      factScores(predictions, scoring).map(({ invented }) => invented ?? null),
  },
];
