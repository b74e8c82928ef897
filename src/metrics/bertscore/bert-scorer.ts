// BERTScore with an encoder of this project: texts in, scores out; the references' states are computed once for all systems.
import type { Encoder } from "../../models/encoder";
import type { EncoderTokenizer } from "../../prompts/encoder-tokenizer";
import type { PRF } from "../../results/scores";
import {
  bertscoreHash,
  greedyMatchBest,
  idfWeight,
  plainWeight,
  rescale,
  type TokenStates,
  type TokenWeight,
  tokenStates,
} from "./bertscore";

export interface BertScorerSettings {
  encoder: Encoder;
  tokenizer: EncoderTokenizer;
  /** The output of so many blocks (0: the embeddings). */
  layer: number;
  idf?: boolean;
  baseline?: PRF;
  /** What the hash string calls the model, and the hub's commit of it; absent: the folder's name, no commit. */
  model?: { name: string; revision?: string };
}

export interface BertScoreReferences {
  states: TokenStates[][];
  weight: TokenWeight;
  /** Of each item's references, how many were cut. */
  cut: number[];
}

export interface BertScores {
  items: PRF[];
  /** Of each item's texts, references included, how many were cut to the encoder's longest length. */
  cut: number[];
}

/** States of texts, in order; equal texts and the special tokens alone are encoded once. */
function statesOf(
  { encoder, tokenizer, layer }: BertScorerSettings,
  texts: readonly string[],
): { states: TokenStates[]; cut: boolean[] } {
  const encodings = new Map<string, { ids: number[]; truncated: boolean }>();
  for (const text of texts) if (!encodings.has(text)) encodings.set(text, tokenizer.encode(text));
  const unique = [...encodings.values()].map(({ ids }) => ids);
  // The encoder makes its own batches of like length.
  const hidden = encoder.hidden(unique, layer);
  const found = new Map([...encodings.keys()].map((text, i) => [text, tokenStates(unique[i]!, hidden[i]!)]));
  return {
    states: texts.map((text) => found.get(text)!),
    cut: texts.map((text) => encodings.get(text)!.truncated),
  };
}

/** Scores any number of systems against the same references. */
export class BertScorer {
  /** bert_score's hash string, then the hashes of model and tokenizer and, for a hub model, its commit. */
  readonly signature: string;

  /** Throws where the encoder has no such layer. */
  constructor(private readonly settings: BertScorerSettings) {
    const { encoder, tokenizer, layer, idf = false, baseline } = settings;
    const { name, revision } = settings.model ?? { name: encoder.name, revision: undefined };
    if (!Number.isInteger(layer) || layer < 0 || layer > encoder.layers) {
      throw new Error(`BERTScore: ${encoder.name} has layers 0 to ${encoder.layers}, asked for ${layer}.`);
    }
    const engine = "tfjs=4.22.0";
    const hash = bertscoreHash({ model: name, layer, idf, rescaled: baseline !== undefined, engine });
    this.signature = `${hash}_model=${encoder.hash.slice(0, 12)}_tokenizer=${tokenizer.hash.slice(0, 12)}${revision ? `_revision=${revision}` : ""}`;
  }

  /** Encodes the references once; `references[i]` is one text or several. */
  references(references: readonly (string | readonly string[])[]): BertScoreReferences {
    const groups = references.map((group) => (typeof group === "string" ? [group] : group));
    const empty = groups.findIndex((group) => group.length === 0);
    if (empty >= 0) throw new Error(`BERTScore: item ${empty} has no reference.`);
    const { states, cut } = statesOf(this.settings, groups.flat());
    const weight = this.settings.idf
      ? idfWeight(states.map(({ ids }) => ids))
      : plainWeight(this.settings.tokenizer.special);
    let used = 0;
    const places = groups.map((group) => {
      used += group.length;
      return [used - group.length, used] as const;
    });
    return {
      states: places.map(([from, to]) => states.slice(from, to)),
      weight,
      cut: places.map(([from, to]) => cut.slice(from, to).filter(Boolean).length),
    };
  }

  /** Scores one system's texts. Throws on unequal counts. */
  score(references: BertScoreReferences, candidates: readonly string[]): BertScores {
    if (candidates.length !== references.states.length) {
      throw new Error(
        `BERTScore: expected ${references.states.length} candidates, one a reference, found ${candidates.length}.`,
      );
    }
    const { states, cut } = statesOf(this.settings, candidates);
    const { baseline } = this.settings;
    const items = states.map((candidate, i) => {
      const score = greedyMatchBest(candidate, references.states[i]!, references.weight);
      return baseline ? rescale(score, baseline) : score;
    });
    return { items, cut: references.cut.map((count, i) => count + (cut[i] ? 1 : 0)) };
  }
}
