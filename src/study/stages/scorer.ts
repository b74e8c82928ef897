// The scorer of the study's test items: every tokenizer of ROUGE, BERTScore by the profile's encoder, kept facts.
import type { Item } from "../../corpus/item";
import { BertScorer } from "../../evaluation/bert-scorer";
import { loadEncoderTokenizer } from "../../evaluation/encoder-tokenizer";
import { SystemScorer } from "../../evaluation/score-system";
import { textTokenizer } from "../../evaluation/text-tokenizers";
import { type Encoder, loadEncoder } from "../../models/encoder";
import type { StudyContext } from "./context";
import { type ModelFolder, modelFolder } from "./model-folder";

/** ROUGE tokenizers of the study: the default, then four that see Hangul. */
export const TOKENIZERS = ["default", "whitespace", "eojeol", "character", "morpheme"];

/** Folder of the profile's encoder and the hash of its files, for stage keys. */
export const encoderFiles = ({ profile }: StudyContext): Promise<ModelFolder> =>
  modelFolder(profile.name, profile.encoder.folder);

/** A scorer over items; dispose the encoder when done. */
export async function studyScorer(
  context: StudyContext,
  items: readonly Item[],
): Promise<{ scorer: SystemScorer; encoder: Encoder }> {
  const { folder } = await encoderFiles(context);
  const encoder = loadEncoder(folder);
  const tokenizer = await loadEncoderTokenizer(folder, encoder.maxLength);
  const bertScorer = new BertScorer({ encoder, tokenizer, layer: context.profile.encoder.layer });
  const tokenizers = await Promise.all(TOKENIZERS.map(textTokenizer));
  return { scorer: new SystemScorer({ items, tokenizers, bertScorer }), encoder };
}
