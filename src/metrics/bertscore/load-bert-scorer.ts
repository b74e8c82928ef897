// A BERTScore scorer from a model folder or the hub: encoder, tokenizer and, where given, a rescale baseline.
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { loadEncoder } from "../../models/encoder";
import { downloadModel } from "../../models/hub";
import { loadEncoderTokenizer } from "../../prompts/encoder-tokenizer";
import { BertScorer } from "./bert-scorer";
import { readBaseline } from "./bertscore";

export interface EncoderFolder {
  folder: string;
  /** As it was asked for: a folder's name, or the hub's "org/name". */
  name: string;
  /** The hub's commit. */
  revision?: string;
}

/** Finds an encoder: a model folder, or a hub model ("org/name" or "org/name@revision"), which is downloaded. Throws where it is neither. */
export async function encoderFolder(folderOrHubId: string): Promise<EncoderFolder> {
  if (existsSync(join(folderOrHubId, "config.json")))
    return { folder: folderOrHubId, name: basename(resolve(folderOrHubId)) };
  const [, name, revision] = /^([\w.-]+\/[\w.-]+)(?:@([\w./-]+))?$/.exec(folderOrHubId) ?? [];
  if (name === undefined || existsSync(folderOrHubId)) {
    throw new Error(
      `Encoder ${folderOrHubId}: expected a model folder with config.json or a hub model like ` +
        '"google-bert/bert-base-multilingual-cased", found neither.',
    );
  }
  const model = await downloadModel(name, revision);
  return { folder: model.folder, name, revision: model.revision };
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
  const { folder, name, revision } = await encoderFolder(choice);
  const encoder = loadEncoder(folder);
  return new BertScorer({
    encoder,
    tokenizer: await loadEncoderTokenizer(folder, encoder.maxLength),
    layer,
    model: { name, ...(revision !== undefined && { revision }) },
    ...(idf && { idf }),
    ...(baseline !== undefined && { baseline: readBaseline(baseline, layer) }),
  });
}
