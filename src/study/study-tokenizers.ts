// The study's tokenizers: which folders they belong to and the generated texts they are trained on.
import { studyCorpus } from "../corpus/corpus";
import { conversations } from "../corpus/pretraining";
import type { TokenizerFiles } from "../prompts/tokenizer-layout";
import { type TokenizerStyle, trainTokenizer } from "../prompts/tokenizer-styles";

export const VOCAB_SIZE = 3072;
const CONVERSATIONS = 6000;
const SEED = 7;
// Student and teacher share one tokenizer, byte for byte: distillation compares their logits position by position.
export const TOKENIZER_FOLDERS: Readonly<Record<TokenizerStyle, readonly string[]>> = {
  gemma: ["gemma2-student", "gemma2-teacher"],
  qwen3: ["qwen3"],
  llama3: ["llama32"],
  solar: ["solar"],
  bert: ["encoder"],
};

// What a family's chat template writes around every turn: as common in its training texts as the turns themselves.
const SCAFFOLD: Readonly<Record<TokenizerStyle, readonly string[]>> = {
  gemma: ["user\n", "model\n"],
  qwen3: ["user\n", "assistant\n", "\n\n"],
  llama3: [
    "user",
    "assistant",
    "system",
    "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n",
  ],
  solar: ["### User:\n", "### Assistant:\n"],
  bert: [],
};

/** Paragraphs, questions and answers of fresh conversations; nothing of the study's splits and no summary. */
export function tokenizerTexts(): string[] {
  const banned = new Set(studyCorpus().flatMap((item) => [item.document, item.summary]));
  const source = conversations(SEED, banned);
  const texts: string[] = [];
  for (let i = 0; i < CONVERSATIONS; i++) {
    for (const turn of source.next().value) texts.push(turn.user, turn.model);
  }
  return texts;
}

/** One of the study's tokenizers, trained on the texts of `tokenizerTexts`. */
export function studyTokenizer(style: TokenizerStyle, texts: readonly string[]): TokenizerFiles {
  return trainTokenizer(style, [...texts, ...texts.flatMap(() => SCAFFOLD[style])], VOCAB_SIZE);
}

/** A tokenizer file as it is written. */
export const tokenizerFile = (content: unknown): string => `${JSON.stringify(content, null, 1)}\n`;
