// The scorer of the study's test items: every metric, ROUGE by all tokenizers, BERTScore by the profile's encoder.
import type { Item } from "../../corpus/item";
import { BertScorer } from "../../metrics/bertscore/bert-scorer";
import { studyMetrics } from "../../metrics/registry";
import { linesOfSentences } from "../../metrics/rouge/lines";
import { type RougeTokenizer, rougeTokenizer, subwordTokenizer } from "../../metrics/rouge/tokenizers";
import { SystemScorer } from "../../metrics/score-system";
import { type Encoder, loadEncoder } from "../../models/encoder";
import { type EncoderTokenizer, loadEncoderTokenizer } from "../../prompts/encoder-tokenizer";
import { loadTokenizer } from "../../prompts/tokenizer";
import { baseModel } from "./base-model";
import type { StudyContext } from "./context";
import { type ModelFolder, modelFolder } from "./model-folder";

/** ROUGE tokenizers of the study: the default, then those that see Hangul; the student's own subwords come last. */
export const TOKENIZERS = ["default", "whitespace", "eojeol", "unicode_word", "character", "morpheme"];

/** Folder of the profile's encoder and the hash of its files, for stage keys. */
export const encoderFiles = ({ profile }: StudyContext): Promise<ModelFolder> =>
  modelFolder(profile.name, profile.encoder.folder);

/** The tokenizers above and the student's subwords. */
export async function studyTokenizers(context: StudyContext): Promise<RougeTokenizer[]> {
  const { student } = context.profile;
  const own = await loadTokenizer((await baseModel(context, student)).folder);
  const named = await Promise.all(TOKENIZERS.map(rougeTokenizer));
  return [...named, subwordTokenizer(student, (text) => own.encode(text))];
}

/** A scorer over items; dispose the encoder when done. */
export async function studyScorer(
  context: StudyContext,
  items: readonly Item[],
): Promise<{ scorer: SystemScorer; encoder: Encoder; encoderTokenizer: EncoderTokenizer }> {
  const { folder, revision } = await encoderFiles(context);
  const name = context.profile.encoder.folder;
  const encoder = loadEncoder(folder);
  const encoderTokenizer = await loadEncoderTokenizer(folder, encoder.maxLength);
  const bertScorer = new BertScorer({
    encoder,
    tokenizer: encoderTokenizer,
    layer: context.profile.encoder.layer,
    model: { name, ...(revision !== undefined && { revision }) },
  });
  const tokenizers = new Map((await studyTokenizers(context)).map((one) => [one.name, one]));
  const scorer = new SystemScorer({
    items,
    metrics: studyMetrics([...tokenizers.keys()]),
    tokenizers,
    lines: linesOfSentences,
    bertScorer,
  });
  return { scorer, encoder, encoderTokenizer };
}
