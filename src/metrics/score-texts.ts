// Scores any predictions against any references: what `npm run score` prints.
import type { PRF } from "../results/scores";
import { bootstrapRouge } from "../statistics/bootstrap";
import { meanInterval95, meanOf, meanPRF } from "../statistics/significance";
import type { BertScorer } from "./bertscore/bert-scorer";
import { RougeVocabulary, rougeItems, rougeSignature, rougeTypes } from "./rouge/rouge";
import type { TextTokenizer } from "./rouge/text-tokenizers";

/** rouge-score's aggregator draws from numpy's stream with this seed. */
export const BOOTSTRAP_SEED = 12345;

export interface TextsToScore {
  references: readonly (string | readonly string[])[];
  predictions: readonly string[];
  /** Without them, a fact is invented where the reference lacks it. */
  documents?: readonly string[];
}

export interface TextScores {
  items: number;
  /** "rouge1.default" and "bertscore": means of precision, recall and F; "keptFacts", "inventedFacts": a mean (null: no facts). */
  means: Record<string, PRF | number | null>;
  /** 95 % bootstrap intervals of F, and of the shares. For ROUGE low, median and high as rouge-score aggregates. */
  interval95: Record<string, number[]>;
  /** The same names with one value an item. */
  perItem: Record<string, { precision: number[]; recall: number[]; f: number[] } | (number | null)[]>;
  signatures: Record<string, string>;
  /** Items that a tokenizer leaves without any token on one side. */
  emptyForTokenizer: Record<string, number>;
  /** Texts that the encoder had to cut. */
  truncated?: number;
}

const columnsOf = (items: readonly PRF[]) => ({
  precision: items.map((score) => score.precision),
  recall: items.map((score) => score.recall),
  f: items.map((score) => score.f),
});

/** Scores item by item. Throws on unequal counts. `facts` takes the first reference where there are several. */
export function scoreTexts(
  { references, predictions, documents }: TextsToScore,
  metrics: { rouge?: readonly TextTokenizer[]; bertscore?: BertScorer; facts?: boolean },
): TextScores {
  const scores: TextScores = {
    items: predictions.length,
    means: {},
    interval95: {},
    perItem: {},
    signatures: {},
    emptyForTokenizer: {},
  };
  const { means, interval95, perItem, signatures } = scores;
  for (const tokenizer of metrics.rouge ?? []) {
    const { name } = tokenizer;
    const items = rougeItems(references, predictions, new RougeVocabulary(tokenizer));
    const intervals = bootstrapRouge(items.scores, BOOTSTRAP_SEED);
    for (const type of rougeTypes) {
      means[`${type}.${name}`] = meanPRF(items.scores[type]);
      const { low, mid, high } = intervals[type];
      interval95[`${type}.${name}`] = [low.f, mid.f, high.f];
      perItem[`${type}.${name}`] = columnsOf(items.scores[type]);
    }
    signatures[`rouge.${name}`] = rougeSignature(name, "newline");
    scores.emptyForTokenizer[name] = items.emptyItems.length;
  }
  if (metrics.bertscore) {
    const { items, mean, signature, truncated } = metrics.bertscore.score(
      metrics.bertscore.references(references),
      predictions,
    );
    means.bertscore = mean;
    interval95.bertscore = meanInterval95(items.map((score) => score.f));
    perItem.bertscore = columnsOf(items);
    signatures.bertscore = signature;
    scores.truncated = truncated;
  }
  if (metrics.facts) {
    // Loaded here: ROUGE alone needs to start fast.
    const { scoreFacts } = require("./facts/facts") as typeof import("./facts/facts");
    const items = predictions.map((prediction, i) => {
      const reference = references[i]!;
      return scoreFacts(
        prediction,
        typeof reference === "string" ? reference : reference[0]!,
        documents?.[i],
      );
    });
    const shares = {
      keptFacts: items.map(({ kept }) => kept ?? null),
      inventedFacts: items.map(({ invented }) => invented),
    };
    for (const [name, values] of Object.entries(shares)) {
      const known = (values as (number | null)[]).filter((value): value is number => value !== null);
      means[name] = known.length > 0 ? meanOf(known) : null;
      if (known.length > 0) interval95[name] = meanInterval95(known);
      perItem[name] = values;
    }
    signatures.facts = `rules=2|invented=${documents ? "not in document" : "not in reference"}`;
  }
  return scores;
}
