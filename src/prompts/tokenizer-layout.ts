// The outer layout of a tokenizer folder: added tokens, post-processors, the files as `transformers` writes them.

export type Json = Record<string, unknown>;

/** The three files of a tokenizer folder. */
export interface TokenizerFiles {
  "tokenizer.json": Json;
  "tokenizer_config.json": Json;
  "special_tokens_map.json": Json;
}

/** An added token that is matched on the raw text. */
export const added = (id: number, content: string, special = true): Json => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special,
});

/** A post-processor that puts one token before a text. */
export const beginWith = (token: string, id: number): Json => ({
  type: "TemplateProcessing",
  single: [{ SpecialToken: { id: token, type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
  pair: [
    { SpecialToken: { id: token, type_id: 0 } },
    { Sequence: { id: "A", type_id: 0 } },
    { SpecialToken: { id: token, type_id: 1 } },
    { Sequence: { id: "B", type_id: 1 } },
  ],
  special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
});

/** A BPE model with the fields that all families write. */
export const bpe = (model: Json): Json => ({
  type: "BPE",
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: false,
  ignore_merges: false,
  ...model,
});

/** SentencePiece's mark for a space, and back. */
export const SPACE_MARK = { type: "Replace", pattern: { String: " " }, content: "▁" };
export const SPACE_BACK = { type: "Replace", pattern: { String: "▁" }, content: " " };

export const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";

/** The words of Llama 3 and Qwen, which differ in how many `digits` make one. */
export const byteLevelWords = (digits: string): string =>
  `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

/** Bytes spelt as letters (GPT-2's table), cut by nothing more. */
export const BYTE_LEVEL = {
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: false,
  use_regex: false,
};

/** A pre-tokenizer that cuts a text by patterns, one after the other, and spells the bytes of what results. */
export const splitBytes = (...patterns: string[]): Json => ({
  type: "Sequence",
  pretokenizers: [
    ...patterns.map((pattern) => ({
      type: "Split",
      pattern: { Regex: pattern },
      behavior: "Isolated",
      invert: false,
    })),
    BYTE_LEVEL,
  ],
});

/** tokenizer.json's outer layout, and added_tokens_decoder in the config as `transformers` writes it. */
export function tokenizerFiles(
  tokens: readonly Json[],
  parts: Json,
  config: Json,
  special: Json,
): TokenizerFiles {
  const decoder = Object.fromEntries(tokens.map(({ id, ...rest }) => [String(id), rest]));
  return {
    "tokenizer.json": { version: "1.0", truncation: null, padding: null, added_tokens: tokens, ...parts },
    "tokenizer_config.json": { ...config, ...special, added_tokens_decoder: decoder },
    "special_tokens_map.json": special,
  };
}
