// The steps of a student whose teacher has another vocabulary: each item in the tokens of both.
import type { Item } from "../../corpus/item";
import type { DistillationOptions } from "../../distillation/losses";
import { crossVocabularyStep, type Speaker } from "../../distillation/vocabularies/cross-step";
import { acrossVocabularies } from "../../distillation/vocabularies/registry";
import type { Decoder } from "../../models/decoder";
import { type Example, encodeItem } from "../../prompts/example";
import { textBytes } from "../../prompts/token-bytes";
import type { ChatTokenizer } from "../../prompts/tokenizer";
import type { StepBatch } from "../../training/loop";

/** The step on a batch of the student's examples, whose targets are the items' own summaries. */
export function crossVocabulary(
  train: readonly Item[],
  tokenizer: ChatTokenizer,
  teacher: { decoder: Decoder; tokenizer: ChatTokenizer },
  loss: DistillationOptions,
): (student: Decoder, batch: readonly Example[]) => StepBatch {
  const items = new Map(train.map((item) => [item.id, item]));
  const speaker = (decoder: Decoder, own: ChatTokenizer): Speaker => ({
    decoder,
    padId: own.padId,
    vocabSize: own.vocabSize,
    targetBytes: ({ id, targetIds }) =>
      textBytes(own.bytes(targetIds.slice(0, -1)), items.get(id)!.summary.trim()),
  });
  const teaching = speaker(teacher.decoder, teacher.tokenizer);
  const known = new Map<string, Example>();
  const taught = ({ id }: Example): Example => {
    const example = known.get(id) ?? encodeItem(teacher.tokenizer, items.get(id)!);
    known.set(id, example);
    return example;
  };
  const { alpha, temperature, divergence } = loss;
  const options = { across: acrossVocabularies(divergence)!, alpha, temperature };
  return (student, batch) =>
    crossVocabularyStep(speaker(student, tokenizer), teaching, batch, taught, options);
}
