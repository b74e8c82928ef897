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
import { type BaseModel, baseModel, encoderOf } from "./base-model";
import type { StudyContext } from "./context";

/** The models that scoring takes: the encoder of BERTScore, and the student, whose subwords ROUGE is counted in too. */
export const scorerNeeds = (study: StudyContext) => ({
  encoder: encoderOf(study),
  student: baseModel.job(study, studentModel(study)),
});

/** The study's tokenizers of ROUGE, and last the student's subwords. */
export async function studyTokenizers(study: StudyContext, student: BaseModel): Promise<RougeTokenizer[]> {
  const own = await loadTokenizer(student.folder);
  const named = await Promise.all(study.evaluation.tokenizers.map(rougeTokenizer));
  return [...named, subwordTokenizer(student.name, (text) => own.encode(text))];
}

/** A scorer over items; dispose the encoder when done. */
export async function studyScorer(
  study: StudyContext,
  { encoder: files, student }: { encoder: BaseModel; student: BaseModel },
  items: readonly Item[],
): Promise<{ scorer: SystemScorer; encoder: Encoder; encoderTokenizer: EncoderTokenizer }> {
  const { name, folder, revision } = files;
  const encoder = loadEncoder(folder);
  const encoderTokenizer = await loadEncoderTokenizer(folder, encoder.maxLength);
  const bertScorer = new BertScorer({
    encoder,
    tokenizer: encoderTokenizer,
    layer: study.encoder.layer,
    model: { name, ...(revision !== undefined && { revision }) },
  });
  const tokenizers = new Map((await studyTokenizers(study, student)).map((one) => [one.name, one]));
  const scorer = new SystemScorer({
    items,
    metrics: studyMetrics([...tokenizers.keys()]),
    tokenizers,
    lines: linesOfSentences,
    bertScorer,
  });
  return { scorer, encoder, encoderTokenizer };
}
