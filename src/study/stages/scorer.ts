// The scorer of the study's test items: every metric, ROUGE by all tokenizers, BERTScore by the study's encoder.
import type { Item } from "../../corpus/item";
import { BertScorer } from "../../metrics/bertscore/bert-scorer";
import { studyMetrics } from "../../metrics/registry";
import { linesOfSentences } from "../../metrics/rouge/lines";
import { type RougeTokenizer, rougeTokenizer, subwordTokenizer } from "../../metrics/rouge/tokenizers";
import { SystemScorer } from "../../metrics/score-system";
import { type Encoder, loadEncoder } from "../../models/encoder";
import { type EncoderTokenizer, loadEncoderTokenizer } from "../../prompts/encoder-tokenizer";
import { loadTokenizer } from "../../prompts/tokenizer";
import { studentModel } from "../systems";
import { baseModel, encoderFiles } from "./base-model";
import type { StudyContext } from "./context";

/** ROUGE tokenizers of the study: the default, then those that see Hangul; the student's own subwords come last. */
export const TOKENIZERS = ["default", "whitespace", "eojeol", "unicode_word", "character", "morpheme"];

/** The tokenizers above and the student's subwords. */
export async function studyTokenizers(context: StudyContext): Promise<RougeTokenizer[]> {
  const student = await baseModel(context, studentModel(context));
  const own = await loadTokenizer(student.folder);
  const named = await Promise.all(TOKENIZERS.map(rougeTokenizer));
  return [...named, subwordTokenizer(student.name, (text) => own.encode(text))];
}

/** A scorer over items; dispose the encoder when done. */
export async function studyScorer(
  context: StudyContext,
  items: readonly Item[],
): Promise<{ scorer: SystemScorer; encoder: Encoder; encoderTokenizer: EncoderTokenizer }> {
  const { name, folder, revision } = await encoderFiles(context);
  const encoder = loadEncoder(folder);
  const encoderTokenizer = await loadEncoderTokenizer(folder, encoder.maxLength);
  const bertScorer = new BertScorer({
    encoder,
    tokenizer: encoderTokenizer,
    layer: context.encoder.layer,
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
