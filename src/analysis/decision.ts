// The decision between models by the report's criteria, as weighted points that the reader can change.
import type { ModelRow } from "../results/models";

export interface DecisionWeights {
  /** What a larger model can teach it by: see `TEACHABLE`. */
  distillable: number;
  /** ROUGE-1 over whitespace words on all test items, the best model's = 1. */
  quality: number;
  /** Smallest parameter count = 1. */
  size: number;
  /** Tokens per second, the fastest = 1. */
  speed: number;
}

/** Points for the closest way in which a model can be taught by a larger one among those compared. */
export const TEACHABLE = {
  /** One has its tokenizer: token by token. */
  logits: 1,
  /** One has other tokens: by sorted probabilities, or spans that end at the same byte. */
  vocabularies: 0.5,
  /** None is larger: by texts, whoever writes them. */
  texts: 0.25,
} as const;

/** The closest way in which a model can be taught. */
export function teachableBy(row: ModelRow, models: readonly ModelRow[]): keyof typeof TEACHABLE {
  if (row.largerSibling !== null) return "logits";
  return models.some(({ parameters }) => parameters > row.parameters) ? "vocabularies" : "texts";
}

export interface Decision extends DecisionWeights {
  model: string;
  score: number;
}

/** Points per criterion in 0 … 1 and their weighted mean, best model first. */
export function decisionTable(models: readonly ModelRow[], weights: DecisionWeights): Decision[] {
  const quality = (row: ModelRow) => row.scores.all["rouge1.whitespace"] ?? 0;
  const bestQuality = Math.max(...models.map(quality));
  const smallest = Math.min(...models.map((m) => m.parameters));
  const fastest = Math.max(...models.map((m) => m.tokensPerSecond));
  const total = weights.distillable + weights.quality + weights.size + weights.speed;
  return models
    .map((row) => {
      const points = {
        distillable: TEACHABLE[teachableBy(row, models)],
        quality: bestQuality > 0 ? quality(row) / bestQuality : 0,
        size: smallest / row.parameters,
        speed: row.tokensPerSecond / fastest,
      };
      const score =
        (weights.distillable * points.distillable +
          weights.quality * points.quality +
          weights.size * points.size +
          weights.speed * points.speed) /
        total;
      return { model: row.model, ...points, score };
    })
    .sort((a, b) => b.score - a.score);
}
