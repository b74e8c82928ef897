// `tokenizer.ggml.model` "gpt2": byte-level pairs with their merges; `tokenizer.ggml.pre` names how a text is cut before.
import type { GgufMetadata } from "../../base/gguf/metadata";
import { BYTE_LEVEL, byteLevelWords, type Json, splitBytes } from "../tokenizer-layout";
import type { TokenizerParts, Vocabulary } from "./vocabulary";

/** GPT-2's own words (openai/gpt-2, encoder.py). */
const GPT2_WORDS = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

interface PreTokenizer {
  /** Patterns that a text is cut by, one after the other. */
  cuts: string[];
  /** A word that is a token is taken whole. */
  wholeWords?: boolean;
  /** Whether a text begins with bos where the file does not say. */
  begins?: boolean;
  normalizer?: Json;
}

const LLAMA3: PreTokenizer = { cuts: [byteLevelWords("\\p{N}{1,3}")], wholeWords: true, begins: true };
const QWEN2: PreTokenizer = { cuts: [byteLevelWords("\\p{N}")], normalizer: { type: "NFC" } };
const GPT2: PreTokenizer = { cuts: [GPT2_WORDS] };
const SMOLLM: PreTokenizer = { cuts: ["\\p{N}", GPT2_WORDS] };

/** By the names that llama.cpp gives them (llama-vocab.cpp); its "default" is for files that name none. */
const PRE_TOKENIZERS: Readonly<Record<string, PreTokenizer>> = {
  "llama-bpe": LLAMA3,
  llama3: LLAMA3,
  "llama-v3": LLAMA3,
  "smaug-bpe": { cuts: LLAMA3.cuts },
  qwen2: QWEN2,
  "deepseek-r1-qwen": QWEN2,
  "gpt-2": GPT2,
  smollm: SMOLLM,
  default: { cuts: ["[\\p{P}$+<=>^~|]+", GPT2_WORDS, "\\p{N}+", "[0-9][0-9][0-9]"] },
};

/** The pre-tokenizer that the metadata name. Throws GgufError for one that is not known. */
function preTokenizerOf(metadata: GgufMetadata): PreTokenizer {
  const name = metadata.optionalText("tokenizer.ggml.pre") ?? "default";
  const known = Object.hasOwn(PRE_TOKENIZERS, name) ? PRE_TOKENIZERS[name] : undefined;
  return known ?? metadata.fail("tokenizer.ggml.pre", Object.keys(PRE_TOKENIZERS).join(", "));
}

interface Step {
  type: string;
  pretokenizers?: Step[];
  pattern?: { Regex?: string };
  behavior?: string;
  invert?: boolean;
  individual_digits?: boolean;
  add_prefix_space?: boolean;
  use_regex?: boolean;
}

/** The patterns of a byte-level pre-tokenizer of tokenizer.json; undefined for one that cuts in another way. */
function cutsOf(step: Step): string[] | undefined {
  switch (step.type) {
    case "Sequence": {
      const parts = (step.pretokenizers ?? []).map(cutsOf);
      return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    }
    case "Split": {
      const pattern = step.pattern?.Regex;
      return pattern !== undefined && step.behavior === "Isolated" && !step.invert ? [pattern] : undefined;
    }
    case "Digits":
      return step.individual_digits ? ["\\p{N}"] : undefined;
    case "ByteLevel":
      if (step.add_prefix_space) return undefined;
      return step.use_regex === false ? [] : [GPT2_WORDS];
    default:
      return undefined;
  }
}

/** The name of a byte-level tokenizer's way to cut a text: by the patterns of its tokenizer.json; undefined where it has none. */
export function preTokenizerName(json: Json): string | undefined {
  const cuts = cutsOf(json.pre_tokenizer as Step)?.join("\n");
  const wholeWords = (json.model as Json).ignore_merges === true;
  return Object.keys(PRE_TOKENIZERS).find((name) => {
    const known = PRE_TOKENIZERS[name]!;
    return known.cuts.join("\n") === cuts && (known.wholeWords ?? false) === wholeWords;
  });
}

/** The names that `preTokenizerName` may find. */
export const PRE_TOKENIZER_NAMES: readonly string[] = Object.keys(PRE_TOKENIZERS);

/** Whether a text begins with bos where the file does not say. */
export const beginsByDefault = (metadata: GgufMetadata): boolean => preTokenizerOf(metadata).begins ?? false;

/** Normaliser, pre-tokenizer and decoder of tokenizer.json, and the model. Throws GgufError. */
export function byteLevelParts(metadata: GgufMetadata, { tokens, ids }: Vocabulary): TokenizerParts {
  const { cuts, wholeWords = false, normalizer = null } = preTokenizerOf(metadata);
  const merges = metadata.texts("tokenizer.ggml.merges");
  const ranks = new Map<string, number>();
  for (const [i, merge] of merges.entries()) {
    const [left, right, ...more] = merge.split(" ");
    if (!left || !right || more.length > 0) {
      metadata.fail("tokenizer.ggml.merges", `two tokens with a space between, not ${JSON.stringify(merge)}`);
    }
    ranks.set(merge, i);
  }
  return {
    parts: { normalizer, pre_tokenizer: splitBytes(...cuts), decoder: BYTE_LEVEL },
    model: {
      settings: { ignore_merges: wholeWords },
      tokens,
      ids,
      rank: (left, right) => ranks.get(`${left} ${right}`),
      merges: () => merges,
    },
  };
}
