// A BERTScore scorer from a model folder: encoder, tokenizer and, where given, a rescale baseline.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadEncoder } from "../models/encoder";
import { BertScorer } from "./bert-scorer";
import { readBaseline } from "./bertscore";
import { loadEncoderTokenizer } from "./encoder-tokenizer";

export interface BertScorerChoice {
  folder: string;
  /** bert_score takes layer 9 of bert-base-multilingual-cased and xlm-roberta-base, 17 of xlm-roberta-large. */
  layer: number;
  idf?: boolean;
  /** A file of `LAYER,P,R,F` lines to rescale by. */
  baseline?: string;
}

/** Loads what BERTScore needs; throws where the folder is no BERT, RoBERTa or XLM-R model. */
export async function loadBertScorer({
  folder,
  layer,
  idf,
  baseline,
}: BertScorerChoice): Promise<BertScorer> {
  if (!existsSync(join(folder, "config.json"))) {
    throw new Error(`Encoder ${folder}: expected a model folder with config.json, found none.`);
  }
  const encoder = loadEncoder(folder);
  return new BertScorer({
    encoder,
    tokenizer: await loadEncoderTokenizer(folder, encoder.maxLength),
    layer,
    ...(idf && { idf }),
    ...(baseline !== undefined && { baseline: readBaseline(baseline, layer) }),
  });
}
