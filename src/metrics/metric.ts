// What a metric is. Everything that scores, tests, draws, tabulates or recomputes iterates metrics and knows none of them by name.
import type { Language } from "../base/language";
import type { PRF } from "../results/scores";
import type { BertScorer } from "./bertscore/bert-scorer";
import type { EntailmentModel } from "./entailment/entailment-model";
import type { SentenceEncoder } from "./rdass/sentence-encoder";
import type { LineSplitter } from "./rouge/lines";
import type { RougeTokenizer } from "./rouge/tokenizers";

/** What texts are scored against and with: the same for all systems of a comparison. */
export interface Scoring {
  /** One text an item, or several. */
  references: readonly (string | readonly string[])[];
  /** The texts that were summarised. Without them, a fact is invented where the reference lacks it. */
  documents?: readonly string[];
  /** ROUGE's tokenizers by name. */
  tokenizers?: ReadonlyMap<string, RougeTokenizer>;
  /** How a text falls into lines for ROUGE-Lsum; as it stands where absent. */
  lines?: LineSplitter;
  /** The encoder of BERTScore. */
  bertScorer?: BertScorer;
  /** The encoder of RDASS. */
  sentenceEncoder?: SentenceEncoder;
  /** The model that says what follows from a document. */
  entailmentModel?: EntailmentModel;
}

/** One value an item, null where there is nothing to measure. */
export type Values = readonly (number | null)[];

export interface Metric {
  /** The key of its values in every table, file and claim: "rouge1.whitespace", "bertscore.f", "keptFacts". */
  id: string;
  /** What it is a column of: metrics of one measure are computed together and share a signature. */
  measure: string;
  label: Record<Language, string>;
  /** "score": from 0 to 1; "share": of 1, shown in percent; "characters" and "count" as they are. */
  unit: "score" | "share" | "characters" | "count";
  better: "higher" | "lower" | "neither";
  /**
   * Primary metrics stand wherever systems or forms of a model are compared, with intervals; secondary ones are tested and
   * tabulated too; details are measured and stand where somebody asks for them.
   */
  role: "primary" | "secondary" | "detail";
  /** A test set's value: the mean of the items that have one, or their sum, which has no interval. */
  aggregate: "mean" | "sum";
  /** Resources without which it measures nothing. */
  needs?: { encoder?: true; sentenceEncoder?: true; entailmentModel?: true; tokenizer?: string };
  /** Where precision, recall and F of the same thing are three metrics: of what, and which. */
  column?: { of: string; name: keyof PRF };
  /** Where the published table states it: keys below a system's row. */
  published?: readonly string[];
  perItem(predictions: readonly string[], scoring: Scoring): Values;
  /** How the values came about; values with different signatures do not compare. */
  signature(scoring: Scoring): string;
}

/** Computes once for each list of texts and scoring: the metrics of a measure read the same result. */
export function oncePer<Result>(
  compute: (predictions: readonly string[], scoring: Scoring) => Result,
): (predictions: readonly string[], scoring: Scoring) => Result {
  const known = new WeakMap<Scoring, WeakMap<readonly string[], Result>>();
  return (predictions, scoring) => {
    const ofScoring = known.get(scoring) ?? new WeakMap<readonly string[], Result>();
    known.set(scoring, ofScoring);
    const result = ofScoring.get(predictions) ?? compute(predictions, scoring);
    ofScoring.set(predictions, result);
    return result;
  };
}

/** The metric with values that were measured before in the place of measuring. */
export function savedMetric(metric: Metric, values: Values, signature: string): Metric {
  return { ...metric, needs: {}, perItem: () => values, signature: () => signature };
}
