// The vocabulary in a GGUF file's metadata: tokens with their kinds, and which of them begin, end, pad.
import type { GgufMetadata } from "../../base/gguf/metadata";
import type { PairModel } from "../pair-model";
import { isId } from "../tokenizer-json";
import type { Json } from "../tokenizer-layout";

/** What a token is for (llama.cpp's `llama_token_type`). */
export const NORMAL = 1;
export const UNKNOWN = 2;
export const CONTROL = 3;
export const USER_DEFINED = 4;
export const BYTE = 6;

export interface Vocabulary {
  tokens: string[];
  kinds: number[];
  ids: ReadonlyMap<string, number>;
  bos?: number;
  eos?: number;
  eot?: number;
  unknown?: number;
  padding?: number;
}

/** What a kind of tokenizer adds to tokenizer.json, and its model. */
export interface TokenizerParts {
  parts: Json;
  model: PairModel;
}

/** Reads and checks the vocabulary; throws GgufError. */
export function readVocabulary(metadata: GgufMetadata): Vocabulary {
  const tokens = metadata.texts("tokenizer.ggml.tokens");
  if (!isId(tokens.length - 1))
    metadata.fail("tokenizer.ggml.tokens", "at least one token, and fewer than 2^24");
  const ids = new Map<string, number>();
  for (const [id, token] of tokens.entries()) {
    const other = ids.get(token);
    if (other !== undefined) {
      metadata.fail(
        "tokenizer.ggml.tokens",
        `each token once, not ${JSON.stringify(token)} as ${other} and ${id}`,
      );
    }
    ids.set(token, id);
  }
  const kinds = metadata.get("tokenizer.ggml.token_type")
    ? metadata.numbers("tokenizer.ggml.token_type")
    : tokens.map(() => NORMAL);
  if (kinds.length !== tokens.length) {
    metadata.fail("tokenizer.ggml.token_type", `${tokens.length} kinds, one a token, not ${kinds.length}`);
  }
  const special = (name: string) =>
    metadata.optionalWhole(`tokenizer.ggml.${name}_token_id`, tokens.length - 1);
  return {
    tokens,
    kinds,
    ids,
    bos: special("bos"),
    eos: special("eos"),
    eot: special("eot"),
    unknown: special("unknown"),
    padding: special("padding"),
  };
}
