// A byte-pair model with a vocabulary that no JSON was read for: a tokenizer of @huggingface/transformers with it put in.
import { PreTrainedTokenizer } from "@huggingface/transformers";
import { innerOf } from "./library-repairs";
import { bpe, type Json } from "./tokenizer-layout";

/** A byte-pair model by what it does. */
export interface PairModel {
  /** Its settings in tokenizer.json. */
  settings: Json;
  /** By id. */
  tokens: readonly string[];
  ids: ReadonlyMap<string, number>;
  /** The place of a merge among all; undefined where two pieces are not merged. */
  rank(left: string, right: string): number | undefined;
  /** All merges in their order, as tokenizer.json lists them. */
  merges(): (string | [string, string])[];
}

/** The model as it stands in tokenizer.json: seconds of work for a vocabulary of a quarter of a million. */
export const modelJson = ({ settings, ids, merges }: PairModel): Json =>
  bpe({ ...settings, vocab: Object.fromEntries(ids), merges: merges() });

/** Opens a tokenizer of everything in tokenizer.json but the model, and the model. Ids are those of `modelJson` in the same file. */
export function openWithModel(rest: Json, config: Json, model: PairModel): PreTrainedTokenizer {
  const empty = bpe({ ...model.settings, vocab: {}, merges: [] });
  const tokenizer = new PreTrainedTokenizer({ ...rest, model: empty }, config);
  const inner = innerOf(tokenizer).model;
  inner.tokens_to_ids = model.ids;
  inner.vocab = model.tokens;
  inner.unk_token_id = model.ids.get(model.settings.unk_token as string);
  // The library spells a pair as JSON.
  inner.bpe_ranks = { get: (pair) => model.rank(...(JSON.parse(pair) as [string, string])) };
  return tokenizer;
}

/** A tokenizer that was opened without merges, with those of another of the same file: the library takes a second for half a million. */
export function lendMerges(from: PreTrainedTokenizer, to: PreTrainedTokenizer): PreTrainedTokenizer {
  innerOf(to).model.bpe_ranks = innerOf(from).model.bpe_ranks;
  return to;
}
