// A tokenizer's Hugging Face files made out of a GGUF file's metadata: vocabulary, special tokens, chat templates.
import type { GgufMetadata } from "../../base/gguf/metadata";
import type { PairModel } from "../pair-model";
import { added, beginWith, type Json, tokenizerFiles } from "../tokenizer-layout";
import { beginsByDefault, byteLevelParts } from "./byte-level";
import { sentencePieceParts } from "./sentencepiece";
import { CONTROL, readVocabulary, UNKNOWN, USER_DEFINED, type Vocabulary } from "./vocabulary";

const TEMPLATE = "tokenizer.chat_template";

/** The template, or where there are several a list of all by name. */
function chatTemplate(metadata: GgufMetadata): unknown {
  const own = metadata.optionalText(TEMPLATE);
  const names = metadata.get("tokenizer.chat_templates") ? metadata.texts("tokenizer.chat_templates") : [];
  if (names.length === 0) return own;
  const named = names.map((name) => ({ name, template: metadata.text(`${TEMPLATE}.${name}`) }));
  return own === undefined ? named : [{ name: "default", template: own }, ...named];
}

interface Specials {
  vocabulary: Vocabulary;
  template: unknown;
  /** Whether a text begins with bos. */
  begins: boolean;
  bos?: number;
  unknown?: number;
}

/** Throws GgufError for a kind of tokenizer that is not known. */
function modelOf(metadata: GgufMetadata): "llama" | "gpt2" {
  const model = metadata.text("tokenizer.ggml.model");
  return model === "llama" || model === "gpt2"
    ? model
    : metadata.fail("tokenizer.ggml.model", '"llama" or "gpt2"');
}

function readSpecials(metadata: GgufMetadata): Specials {
  const model = modelOf(metadata);
  const vocabulary = readVocabulary(metadata);
  const begins =
    metadata.flag("tokenizer.ggml.add_bos_token", model === "llama" || beginsByDefault(metadata)) &&
    vocabulary.bos !== undefined;
  const template = chatTemplate(metadata);
  // Some files name a bos that no text of the model begins with.
  const hasBos = begins || JSON.stringify(template ?? "").includes("bos_token");
  return {
    vocabulary,
    template,
    begins,
    bos: hasBos ? vocabulary.bos : undefined,
    // SentencePiece's own default, and llama.cpp's.
    unknown: model === "llama" ? (vocabulary.unknown ?? 0) : undefined,
  };
}

export interface GgufTokenizer {
  /** tokenizer.json without its model. */
  rest: Json;
  model: PairModel;
  "tokenizer_config.json": Json;
  "special_tokens_map.json": Json;
}

/** A tokenizer in the words of a folder's files. Throws GgufError naming the metadata that are not understood. */
export function ggufTokenizer(metadata: GgufMetadata): GgufTokenizer {
  const { vocabulary, template, begins, bos, unknown } = readSpecials(metadata);
  const { tokens, eos, padding } = vocabulary;
  const named = Object.entries({ bos_token: bos, eos_token: eos, pad_token: padding, unk_token: unknown });
  const { parts, model } =
    unknown === undefined
      ? byteLevelParts(metadata, vocabulary)
      : sentencePieceParts(metadata, vocabulary, unknown);
  const { "tokenizer.json": rest, ...files } = tokenizerFiles(
    addedTokens(vocabulary),
    { ...parts, post_processor: begins ? beginWith(tokens[bos!]!, bos!) : null },
    {
      add_bos_token: begins,
      ...(template !== undefined && { chat_template: template }),
      clean_up_tokenization_spaces: false,
      tokenizer_class: "PreTrainedTokenizerFast",
    },
    Object.fromEntries(named.flatMap(([name, id]) => (id === undefined ? [] : [[name, tokens[id]]]))),
  );
  return { rest, model, ...files };
}

/** generation_config.json: which tokens begin, end and pad. Throws GgufError. */
export function ggufGenerationConfig(metadata: GgufMetadata): Json {
  const { vocabulary, bos } = readSpecials(metadata);
  const { eos, eot, padding } = vocabulary;
  const stops = [...new Set([eos, eot])].filter((id) => id !== undefined);
  return {
    bos_token_id: bos ?? null,
    eos_token_id: stops.length > 0 ? stops : null,
    pad_token_id: padding ?? null,
  };
}

/** Tokens that are found in a text before it is cut: control tokens, and those that a text may spell. */
function addedTokens({ tokens, kinds, bos, eos, eot, padding }: Vocabulary): Json[] {
  const special = new Set([bos, eos, eot, padding]);
  return tokens.flatMap((token, id) => {
    const control = kinds[id] === CONTROL || kinds[id] === UNKNOWN || special.has(id);
    return token !== "" && (control || kinds[id] === USER_DEFINED) ? [added(id, token, control)] : [];
  });
}
