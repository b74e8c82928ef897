// Summaries of documents that nobody summarised, by a model or a system of the study, with the measures that need no reference.
import {
  measureAll,
  measureText,
  type UnreferencedSummary,
  type UnreferencedText,
} from "../analysis/without-references";
import { passagesOf, readTextFolder } from "../corpus/text-folder";
import { generate } from "../generation/generate";
import type { Decoder } from "../models/decoder";
import { userText } from "../prompts/example";
import type { ChatTokenizer } from "../prompts/tokenizer";

export interface FolderSummaries {
  texts: (UnreferencedText & { summary: string; again: boolean })[];
  /** `again`: texts that a second run, one document at a time, wrote letter for letter. */
  all: UnreferencedSummary & { again: number };
}

/**
 * Summarises every .txt file of a folder greedily, longer ones passage by passage, each at most `maxTokens` long with its
 * instruction. Everything is written twice, in batches and one by one. Throws as `readTextFolder` does.
 */
export function summariseFolder(
  { decoder, tokenizer }: { decoder: Decoder; tokenizer: ChatTokenizer },
  folder: string,
  maxNewTokens: number,
  maxTokens = decoder.config.maxPositionEmbeddings - maxNewTokens,
): FolderSummaries {
  const promptOf = (text: string) => tokenizer.prompt(userText(text));
  const longest = Math.min(maxTokens, decoder.config.maxPositionEmbeddings - maxNewTokens);
  const documents = passagesOf(readTextFolder(folder), (text) => promptOf(text).length <= longest);
  const prompts = documents.map(({ text }) => promptOf(text));
  const write = (batchSize: number) =>
    generate(decoder, prompts, {
      ...{ maxNewTokens, batchSize, stopIds: tokenizer.stopIds, padId: tokenizer.padId },
      vocabSize: tokenizer.vocabSize,
    }).map((ids) => tokenizer.decode(ids).trim());
  const summaries = write(16);
  const second = write(1);
  const rows = documents.map(({ id, text }, i) => measureText(id, text, summaries[i]!));
  const texts = rows.map((row, i) => ({
    ...row,
    summary: summaries[i]!,
    again: summaries[i] === second[i],
  }));
  const again = texts.filter((text) => text.again).length;
  return { texts, all: { ...measureAll(rows, summaries), again } };
}
