// Everything that the study measures on one system's summaries: per item, as means for each test set, with 95 % intervals.
import type { Item } from "../corpus/item";
import type { PRF, RougeType, ScoreSet, SystemResult, TestSet } from "../results/scores";
import type { SystemId } from "../results/system-id";
import { meanInterval95, meanOf, meanPRF } from "../statistics/significance";
import type { BertScoreReferences, BertScorer } from "./bertscore/bert-scorer";
import { type FactScore, scoreFacts } from "./facts/facts";
import { RougeVocabulary, rougeItems, rougeSignature, rougeTypes } from "./rouge/rouge";
import { sentencesOf } from "./rouge/sentences";
import type { TextTokenizer } from "./rouge/text-tokenizers";

export const testSets: readonly TestSet[] = ["in-domain", "other", "all"];

export interface ScoredSystem {
  result: SystemResult;
  /** Per metric ("rouge1.whitespace" is F, "bertscore.f", "keptFacts", ...) one score an item; NaN where there is none. */
  perItem: Record<string, Float64Array>;
  /** Which items (indices) belong to a test set. */
  members: Record<TestSet, number[]>;
  /** How each score came about, by "rouge.<tokenizer>", "bertscore" and "facts". */
  signatures: Record<string, string>;
  /** Texts that BERTScore's encoder had to cut. */
  truncated: number;
  texts: readonly string[];
  facts: FactScore[];
}

export interface ScoringSettings {
  /** The test items; their split says which test set they belong to. */
  items: readonly Item[];
  tokenizers: readonly TextTokenizer[];
  bertScorer: BertScorer;
}

const isNumber = (value: number): boolean => !Number.isNaN(value);

/** Mean of the scores that exist; 0 where none does. */
function meanOfKnown(values: readonly number[]): number {
  const known = values.filter(isNumber);
  return known.length > 0 ? meanOf(known) : 0;
}

/** Scores systems on one test collection; what depends on the references alone is computed once. */
export class SystemScorer {
  readonly members: Record<TestSet, number[]>;
  private readonly vocabularies: RougeVocabulary[];
  private readonly references: string[];
  private readonly bertReferences: BertScoreReferences;

  /** Throws where there is no item or one is not of a test split. */
  constructor(private readonly settings: ScoringSettings) {
    const { items, tokenizers, bertScorer } = settings;
    if (items.length === 0) throw new Error("Scoring needs test items, found none.");
    const stray = items.find((item) => !item.split.startsWith("test-"));
    if (stray)
      throw new Error(`Scoring: item ${stray.id} is of the split "${stray.split}", expected a test split.`);
    const of = (split: string) => items.flatMap((item, i) => (item.split === split ? [i] : []));
    this.members = {
      "in-domain": of("test-in-domain"),
      other: of("test-other"),
      all: items.map((_, i) => i),
    };
    this.references = items.map((item) => item.summary);
    this.vocabularies = tokenizers.map((tokenizer) => new RougeVocabulary(tokenizer, sentencesOf));
    this.bertReferences = bertScorer.references(this.references);
  }

  /** Scores one system; `texts[i]` is its summary of `items[i]`. Throws on unequal counts. */
  score(system: SystemId, model: string, texts: readonly string[]): ScoredSystem {
    const { items, bertScorer } = this.settings;
    if (texts.length !== items.length) {
      throw new Error(`Scoring ${system}: expected ${items.length} summaries, found ${texts.length}.`);
    }
    const rouges = this.vocabularies.map((vocabulary) => rougeItems(this.references, texts, vocabulary));
    const bert = bertScorer.score(this.bertReferences, texts);
    const facts = items.map((item, i) => scoreFacts(texts[i]!, item.summary, item.document));

    const perItem: Record<string, Float64Array> = {};
    const keep = (name: string, values: number[]) => {
      perItem[name] = Float64Array.from(values);
    };
    for (const { tokenizer, scores } of rouges) {
      for (const type of rougeTypes) {
        keep(
          `${type}.${tokenizer}`,
          scores[type].map((score) => score.f),
        );
      }
    }
    for (const column of ["precision", "recall", "f"] as const) {
      keep(
        `bertscore.${column}`,
        bert.items.map((score) => score[column]),
      );
    }
    keep(
      "keptFacts",
      facts.map(({ kept }) => kept ?? Number.NaN),
    );
    keep(
      "inventedFacts",
      facts.map(({ invented }) => invented),
    );
    keep(
      "characters",
      texts.map((text) => [...text].length),
    );

    const scoreSet = (members: number[]): ScoreSet => {
      const mean = (name: string) => meanOfKnown(members.map((i) => perItem[name]![i]!));
      const rouge: ScoreSet["rouge"] = {};
      const emptyForTokenizer: Record<string, number> = {};
      const inSet = new Set(members);
      for (const { tokenizer, scores, emptyItems } of rouges) {
        rouge[tokenizer] = Object.fromEntries(
          rougeTypes.map((type) => [type, meanOfItems(members, scores[type])]),
        ) as Record<RougeType, PRF>;
        emptyForTokenizer[tokenizer] = emptyItems.filter((i) => inSet.has(i)).length;
      }
      return {
        items: members.length,
        rouge,
        bertscore: meanOfItems(members, bert.items),
        keptFacts: mean("keptFacts"),
        inventedFacts: mean("inventedFacts"),
        meanCharacters: mean("characters"),
        emptyForTokenizer,
      };
    };
    const intervals = (members: number[]): Record<string, [number, number]> =>
      Object.fromEntries(
        Object.entries(perItem).flatMap(([name, values]) => {
          const known = members.map((i) => values[i]!).filter(isNumber);
          return known.length > 0 ? [[name, meanInterval95(known)]] : [];
        }),
      );
    const bySet = <Value>(make: (members: number[]) => Value) =>
      Object.fromEntries(testSets.map((set) => [set, make(this.members[set])])) as Record<TestSet, Value>;

    return {
      result: { system, model, scores: bySet(scoreSet), interval95: bySet(intervals) },
      perItem,
      members: this.members,
      signatures: {
        ...Object.fromEntries(
          rouges.map(({ tokenizer }) => [
            `rouge.${tokenizer}`,
            rougeSignature(tokenizer, "wink-nlp sentences"),
          ]),
        ),
        bertscore: bert.signature,
        facts: "kept and invented facts, rules 2",
      },
      truncated: bert.truncated,
      texts,
      facts,
    };
  }
}

function meanOfItems(members: readonly number[], scores: readonly PRF[]): PRF {
  return members.length > 0 ? meanPRF(members.map((i) => scores[i]!)) : { precision: 0, recall: 0, f: 0 };
}
