// A BERTScore scorer from a model folder or the hub: encoder, tokenizer and, where given, a rescale baseline.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ggufOf } from "../../base/gguf/place";
import { loadEncoder } from "../../models/encoder";
import { AN_ENCODER } from "../../models/encoder-config";
import { type ModelPlace, modelPlace } from "../../models/place";
import { loadEncoderTokenizer } from "../../prompts/encoder-tokenizer";
import { BertScorer } from "./bert-scorer";
import { readBaseline } from "./bertscore";

/** Finds an encoder: a model folder, or a hub model ("org/name" or "org/name@revision"), which is downloaded. Throws where it is neither. */
export async function encoderPlace(folderOrHubId: string): Promise<ModelPlace> {
  const found = await modelPlace(folderOrHubId);
  const gguf = ggufOf(found.place);
  if (gguf !== undefined)
    throw new Error(`Encoder ${folderOrHubId}: expected ${AN_ENCODER}, found the GGUF file ${gguf}.`);
  if (!existsSync(join(found.place, "config.json")))
    throw new Error(`Encoder ${folderOrHubId}: expected a folder with config.json, found none.`);
  return found;
}

export interface BertScorerChoice {
  /** A model folder or a hub model. */
  encoder: string;
  /** bert_score takes layer 9 of bert-base-multilingual-cased and xlm-roberta-base, 17 of xlm-roberta-large. */
  layer: number;
  idf?: boolean;
  /** A file of `LAYER,P,R,F` lines to rescale by. */
  baseline?: string;
}

/** Loads what BERTScore needs; throws where the encoder is no BERT, RoBERTa or XLM-R model, HubError when a download fails. */
export async function loadBertScorer({
  encoder: choice,
  layer,
  idf,
  baseline,
}: BertScorerChoice): Promise<BertScorer> {
  const { place, name, revision } = await encoderPlace(choice);
  const encoder = loadEncoder(place);
  return new BertScorer({
    encoder,
    tokenizer: await loadEncoderTokenizer(place, encoder.maxLength),
    layer,
    model: { name, ...(revision !== undefined && { revision }) },
    ...(idf && { idf }),
    ...(baseline !== undefined && { baseline: readBaseline(baseline, layer) }),
  });
}
