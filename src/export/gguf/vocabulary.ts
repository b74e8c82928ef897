// A tokenizer.json as the vocabulary of a GGUF file: byte-level pairs as "gpt2", SentencePiece's pairs as "llama", whose merges
// llama.cpp takes from scores (llama-vocab.cpp; conversion/base.py).
import type { NewValue } from "../../base/gguf/write";
import { PRE_TOKENIZER_NAMES, preTokenizerName } from "../../prompts/gguf/byte-level";
import { BYTE, CONTROL, NORMAL, UNKNOWN, USER_DEFINED } from "../../prompts/gguf/vocabulary";
import { TokenizerError } from "../../prompts/tokenizer-json";
import { type Json, SPACE_MARK } from "../../prompts/tokenizer-layout";

/** No token of the tokenizer: rows of the embedding that nothing names. */
const UNUSED = 5;

interface AddedToken {
  id: number;
  content: string;
  special?: boolean;
}

interface Model {
  type: string;
  vocab: Record<string, number>;
  merges: ([string, string] | string)[];
  byte_fallback?: boolean;
  continuing_subword_prefix?: string | null;
  end_of_word_suffix?: string | null;
}

const pair = (merge: [string, string] | string): [string, string] =>
  typeof merge === "string" ? (merge.split(" ") as [string, string]) : merge;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Whether a space is put before a text: of the two ways in which SentencePiece's pairs spell spaces; undefined for another way. */
function spacePrefix({ normalizer, pre_tokenizer: cuts }: Json): boolean | undefined {
  const steps = normalizer as { type?: string; normalizers?: Json[] } | null;
  if (same(steps, SPACE_MARK)) return false;
  if (steps?.type === "Sequence" && same(steps.normalizers, [{ type: "Prepend", prepend: "▁" }, SPACE_MARK]))
    return true;
  const metaspace = cuts as { type?: string; replacement?: string; prepend_scheme?: string } | null;
  const marks = metaspace?.type === "Metaspace" && metaspace.replacement === "▁";
  return marks && !steps && metaspace.prepend_scheme === "never" ? false : undefined;
}

/** Which of llama.cpp's two kinds of pairs a tokenizer is. Throws TokenizerError for any other. */
function kindOf(
  file: string,
  json: Json,
): { kind: "gpt2"; pre: string } | { kind: "llama"; prefix: boolean } {
  const fail = (place: string, expected: string, found: unknown): never => {
    const shown = (JSON.stringify(found) ?? "nothing").slice(0, 200);
    throw new TokenizerError(
      `${file}: ${place}: cannot be written to a GGUF file: expected ${expected}, found ${shown}.`,
    );
  };
  const model = json.model as unknown as Model;
  if (model.type !== "BPE") fail("model.type", '"BPE"', model.type);
  for (const part of ["continuing_subword_prefix", "end_of_word_suffix"] as const)
    if (model[part]) fail(`model.${part}`, "none", model[part]);
  if (JSON.stringify(json.pre_tokenizer ?? null).includes('"ByteLevel"')) {
    // llama.cpp does not compose; composed texts have the same ids.
    if (json.normalizer && !same(json.normalizer, { type: "NFC" }))
      fail("normalizer", "none, or NFC", json.normalizer);
    const pre = preTokenizerName(json);
    if (pre === undefined)
      fail(
        "pre_tokenizer",
        `the patterns that llama.cpp calls ${PRE_TOKENIZER_NAMES.join(", ")}`,
        json.pre_tokenizer,
      );
    return { kind: "gpt2", pre: pre! };
  }
  const prefix = spacePrefix(json);
  if (prefix === undefined)
    fail(
      "normalizer and pre_tokenizer",
      'spaces replaced by "▁", with or without one put before every text, or bytes as letters',
      [json.normalizer ?? null, json.pre_tokenizer ?? null],
    );
  if (!model.byte_fallback) fail("model.byte_fallback", "true", model.byte_fallback);
  return { kind: "llama", prefix: prefix! };
}

/**
 * `tokenizer.ggml.*` keys of the vocabulary of `rows` rows: tokens, kinds, and merges or the scores that stand for them.
 * `file` is for messages. Throws TokenizerError for a tokenizer that llama.cpp does not have.
 */
export function vocabularyMetadata(
  file: string,
  json: Json,
  rows: number,
  unknown: number | undefined,
): Record<string, NewValue> {
  const form = kindOf(file, json);
  const { vocab, merges } = json.model as unknown as Model;
  const added = (json.added_tokens ?? []) as AddedToken[];
  const highest = [...Object.values(vocab), ...added.map(({ id }) => id)].reduce((a, b) => Math.max(a, b), 0);
  if (highest >= rows)
    throw new TokenizerError(
      `${file}: expected ids below ${rows}, the rows of the embedding, found ${highest}.`,
    );
  const tokens = Array.from({ length: rows }, (_, id) => `[PAD${id}]`);
  const kinds = tokens.map(() => UNUSED);
  const isByte = (token: string) => form.kind === "llama" && /^<0x[0-9A-F]{2}>$/.test(token);
  for (const [token, id] of Object.entries(vocab)) {
    tokens[id] = token;
    kinds[id] = isByte(token) ? BYTE : NORMAL;
  }
  /** Which merge makes a token first. */
  const ranks = new Map<string, number>();
  for (const [rank, merge] of merges.entries()) {
    const whole = pair(merge).join("");
    if (!ranks.has(whole)) ranks.set(whole, rank);
  }
  for (const { id, content, special } of added) {
    tokens[id] = content;
    if (special) kinds[id] = id === unknown ? UNKNOWN : CONTROL;
    // A token that is found in a text before it is cut. One with marks for spaces would be found where a text has those marks,
    // which none has; it is made by merges.
    else if (!(form.kind === "llama" && content.includes("▁") && ranks.has(content)))
      kinds[id] = USER_DEFINED;
  }
  const shared: Record<string, NewValue> = {
    "tokenizer.ggml.model": { string: form.kind },
    "tokenizer.ggml.pre": { string: form.kind === "gpt2" ? form.pre : "default" },
    "tokenizer.ggml.tokens": { list: tokens.map((string) => ({ string })) },
    "tokenizer.ggml.token_type": { list: kinds.map((int32) => ({ int32 })) },
  };
  if (form.kind === "gpt2") {
    const spelt = merges.map((merge) => ({ string: pair(merge).join(" ") }));
    return { ...shared, "tokenizer.ggml.merges": { list: spelt } };
  }
  // The earlier a token is made, the higher it scores; what no merge makes scores below all.
  const score = (token: string, id: number) =>
    kinds[id] === NORMAL ? -(ranks.get(token) ?? merges.length + id) : 0;
  return {
    ...shared,
    "tokenizer.ggml.scores": { list: tokens.map((token, id) => ({ float32: score(token, id) })) },
    "tokenizer.ggml.add_space_prefix": { bool: form.prefix },
  };
}
