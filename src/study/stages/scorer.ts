// The scorer of the study's test items: every tokenizer of ROUGE, BERTScore by the profile's encoder, kept facts.
import * as path from "node:path";
import type { Item } from "../../corpus/item";
import { BertScorer } from "../../evaluation/bert-scorer";
import { loadEncoderTokenizer } from "../../evaluation/encoder-tokenizer";
import { SystemScorer } from "../../evaluation/score-system";
import { textTokenizer } from "../../evaluation/text-tokenizers";
import { type Encoder, loadEncoder } from "../../models/encoder";
import { hashFiles, ROOT } from "../stage";
import type { StudyContext } from "./context";

/** ROUGE tokenizers of the study: the default, then four that see Hangul. */
export const TOKENIZERS = ["default", "whitespace", "eojeol", "character", "morpheme"];

/** Folder of the profile's encoder. */
export const encoderFolder = ({ profile }: StudyContext): string =>
  path.join(ROOT, "data/models", profile.encoder.folder);

/** Hash of the encoder's files, for stage keys. */
export function encoderHash(context: StudyContext): string {
  const files = ["config.json", "model.safetensors", "tokenizer.json"];
  return hashFiles(files.map((file) => path.join(encoderFolder(context), file)));
}

/** A scorer over items; dispose the encoder when done. */
export async function studyScorer(
  context: StudyContext,
  items: readonly Item[],
): Promise<{ scorer: SystemScorer; encoder: Encoder }> {
  const folder = encoderFolder(context);
  const encoder = loadEncoder(folder);
  const tokenizer = await loadEncoderTokenizer(folder, encoder.maxLength);
  const bertScorer = new BertScorer({ encoder, tokenizer, layer: context.profile.encoder.layer });
  const tokenizers = await Promise.all(TOKENIZERS.map(textTokenizer));
  return { scorer: new SystemScorer({ items, tokenizers, bertScorer }), encoder };
}
