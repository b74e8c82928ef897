// Tokenizers in the layouts of the five model families, trained on any texts: tokenizer.json and its two companions.
import { GEMMA_TEMPLATE, LLAMA3_TEMPLATE, QWEN3_TEMPLATE, SOLAR_TEMPLATE } from "./chat-templates";
import {
  added,
  BYTE_LEVEL,
  beginWith,
  bpe,
  byteLevelWords,
  CONTRACTIONS,
  SPACE_BACK,
  SPACE_MARK,
  splitBytes,
  type TokenizerFiles,
  tokenizerFiles,
} from "./tokenizer-layout";
import { countWords, trainByteLevelBpe, trainCharacterBpe, trainWordPiece } from "./train-bpe";

export type TokenizerStyle = "gemma" | "qwen3" | "llama3" | "solar" | "bert";

// Words for character BPE: a space joins the word that follows; digits, line ends and punctuation stand alone.
const CHARACTER_WORDS = "▁?[^▁0-9\\n.,?!\"'|:]+|[0-9]|\\n|[.,?!\"'|:▁]";
/** A splitter for training; the `(?i:` group, which older engines lack, becomes both cases spelt out. */
function splitter(pattern: string): (text: string) => string[] {
  const portable = pattern.replace(CONTRACTIONS, "'(?:[sS]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])");
  const regex = new RegExp(portable, "gu");
  return (text) => text.match(regex) ?? [];
}

const marked = (texts: readonly string[]): string[] => texts.map((text) => text.replaceAll(" ", "▁"));

function gemma(texts: readonly string[], vocabSize: number): TokenizerFiles {
  const specials = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"];
  const model = trainCharacterBpe(countWords(marked(texts), splitter(CHARACTER_WORDS)), specials, vocabSize);
  return tokenizerFiles(
    specials.map((token, id) => added(id, token)),
    {
      normalizer: SPACE_MARK,
      pre_tokenizer: {
        type: "Split",
        pattern: { Regex: CHARACTER_WORDS },
        behavior: "Isolated",
        invert: false,
      },
      post_processor: beginWith("<bos>", 2),
      decoder: { type: "Sequence", decoders: [SPACE_BACK, { type: "ByteFallback" }, { type: "Fuse" }] },
      model: bpe({ ...model, unk_token: "<unk>", fuse_unk: true, byte_fallback: true }),
    },
    {
      add_bos_token: true,
      add_eos_token: false,
      chat_template: GEMMA_TEMPLATE,
      clean_up_tokenization_spaces: false,
      model_max_length: 8192,
      tokenizer_class: "GemmaTokenizer",
    },
    {
      additional_special_tokens: ["<start_of_turn>", "<end_of_turn>"],
      bos_token: "<bos>",
      eos_token: "<eos>",
      pad_token: "<pad>",
      unk_token: "<unk>",
    },
  );
}

function solar(texts: readonly string[], vocabSize: number): TokenizerFiles {
  const specials = ["<unk>", "<s>", "</s>"];
  // Trained on words, used on whole texts: no merge crosses a word, so the two give the same tokens.
  const model = trainCharacterBpe(
    countWords(marked(texts.map((text) => ` ${text}`)), splitter(CHARACTER_WORDS)),
    specials,
    vocabSize,
  );
  return tokenizerFiles(
    specials.map((token, id) => added(id, token)),
    {
      normalizer: { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, SPACE_MARK] },
      pre_tokenizer: null,
      post_processor: beginWith("<s>", 1),
      decoder: {
        type: "Sequence",
        decoders: [
          SPACE_BACK,
          { type: "ByteFallback" },
          { type: "Fuse" },
          { type: "Strip", content: " ", start: 1, stop: 0 },
        ],
      },
      model: bpe({ ...model, unk_token: "<unk>", fuse_unk: true, byte_fallback: true }),
    },
    {
      add_bos_token: true,
      add_eos_token: false,
      chat_template: SOLAR_TEMPLATE,
      clean_up_tokenization_spaces: false,
      legacy: true,
      model_max_length: 4096,
      tokenizer_class: "LlamaTokenizer",
    },
    { bos_token: "<s>", eos_token: "</s>", pad_token: "</s>", unk_token: "<unk>" },
  );
}

function qwen3(texts: readonly string[], vocabSize: number): TokenizerFiles {
  const specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
  const thoughts = ["<think>", "</think>"];
  const pattern = byteLevelWords("\\p{N}");
  const words = countWords(
    texts.map((text) => text.normalize("NFC")),
    splitter(pattern),
  );
  const size = vocabSize - specials.length - thoughts.length;
  const tokens = [...specials, ...thoughts].map((token, i) => added(size + i, token, i < specials.length));
  return tokenizerFiles(
    tokens,
    {
      normalizer: { type: "NFC" },
      pre_tokenizer: splitBytes(pattern),
      post_processor: BYTE_LEVEL,
      decoder: BYTE_LEVEL,
      model: bpe({ ...trainByteLevelBpe(words, size) }),
    },
    {
      add_bos_token: false,
      add_prefix_space: false,
      chat_template: QWEN3_TEMPLATE,
      clean_up_tokenization_spaces: false,
      model_max_length: 131072,
      tokenizer_class: "Qwen2Tokenizer",
    },
    {
      additional_special_tokens: ["<|im_start|>", "<|im_end|>"],
      eos_token: "<|im_end|>",
      pad_token: "<|endoftext|>",
    },
  );
}

function llama3(texts: readonly string[], vocabSize: number): TokenizerFiles {
  const specials = [
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|finetune_right_pad_id|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eot_id|>",
  ];
  const pattern = byteLevelWords("\\p{N}{1,3}");
  const size = vocabSize - specials.length;
  return tokenizerFiles(
    specials.map((token, i) => added(size + i, token)),
    {
      normalizer: null,
      pre_tokenizer: splitBytes(pattern),
      post_processor: beginWith("<|begin_of_text|>", size),
      decoder: BYTE_LEVEL,
      model: bpe({ ...trainByteLevelBpe(countWords(texts, splitter(pattern)), size), ignore_merges: true }),
    },
    {
      chat_template: LLAMA3_TEMPLATE,
      clean_up_tokenization_spaces: true,
      model_max_length: 131072,
      tokenizer_class: "PreTrainedTokenizerFast",
    },
    { bos_token: "<|begin_of_text|>", eos_token: "<|eot_id|>", pad_token: "<|finetune_right_pad_id|>" },
  );
}

function bert(texts: readonly string[], vocabSize: number): TokenizerFiles {
  const specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
  const split = splitter("[\\p{P}$+<=>^`|~]|[^\\s\\p{P}$+<=>^`|~]+");
  const vocab = trainWordPiece(countWords(texts, split), specials, vocabSize);
  const piece = (token: string, type: number) => ({ SpecialToken: { id: token, type_id: type } });
  const single = [piece("[CLS]", 0), { Sequence: { id: "A", type_id: 0 } }, piece("[SEP]", 0)];
  return tokenizerFiles(
    specials.map((token, id) => added(id, token)),
    {
      normalizer: {
        type: "BertNormalizer",
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: false,
      },
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: {
        type: "TemplateProcessing",
        single,
        pair: [...single, { Sequence: { id: "B", type_id: 1 } }, piece("[SEP]", 1)],
        special_tokens: {
          "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] },
          "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] },
        },
      },
      decoder: { type: "WordPiece", prefix: "##", cleanup: true },
      model: {
        type: "WordPiece",
        unk_token: "[UNK]",
        continuing_subword_prefix: "##",
        max_input_chars_per_word: 100,
        vocab,
      },
    },
    {
      clean_up_tokenization_spaces: true,
      do_lower_case: false,
      model_max_length: 512,
      strip_accents: null,
      tokenize_chinese_chars: true,
      tokenizer_class: "BertTokenizer",
    },
    { cls_token: "[CLS]", mask_token: "[MASK]", pad_token: "[PAD]", sep_token: "[SEP]", unk_token: "[UNK]" },
  );
}

const STYLES: Readonly<
  Record<TokenizerStyle, (texts: readonly string[], vocabSize: number) => TokenizerFiles>
> = {
  gemma,
  qwen3,
  llama3,
  solar,
  bert,
};

/** Trains a tokenizer of a family's layout; the same texts give the same files. `vocabSize` counts special tokens too. */
export function trainTokenizer(
  style: TokenizerStyle,
  texts: readonly string[],
  vocabSize: number,
): TokenizerFiles {
  return STYLES[style](texts, vocabSize);
}
