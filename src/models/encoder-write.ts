// An encoder of our own written as a Hugging Face model folder.

import * as path from "node:path";
import { makeFolder } from "../base/write-error";
import { type EncoderConfig, encoderTensorShapes } from "./encoder-config";
import { writeHubJson } from "./json-files";
import { writeSafetensors } from "./safetensors";

const ARCHITECTURES: Record<string, string> = {
  bert: "BertModel",
  roberta: "RobertaModel",
  "xlm-roberta": "XLMRobertaModel",
};

/** The config.json of a configuration, as transformers reads it. */
function encoderHubConfig(config: EncoderConfig): Record<string, unknown> {
  return {
    architectures: [ARCHITECTURES[config.modelType]],
    model_type: config.modelType,
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.numHiddenLayers,
    num_attention_heads: config.numAttentionHeads,
    max_position_embeddings: config.maxPositionEmbeddings,
    type_vocab_size: config.typeVocabSize,
    layer_norm_eps: config.layerNormEps,
    pad_token_id: config.padTokenId,
    hidden_act: "gelu",
    attention_probs_dropout_prob: 0,
    hidden_dropout_prob: 0,
    tie_word_embeddings: true,
    torch_dtype: "float32",
  };
}

/**
 * Writes config.json and model.safetensors of an encoder without a head; `values` gives each tensor's values in fp32
 * by its Hugging Face name without prefix (`encoderTensorShapes` lists them).
 */
export function writeEncoder(
  folder: string,
  config: EncoderConfig,
  values: (name: string) => Float32Array,
): void {
  makeFolder(folder);
  const tensors = [...encoderTensorShapes(config)].map(([name, shape]) => ({
    name,
    dtype: "F32" as const,
    shape,
    data: () => values(name),
  }));
  writeSafetensors(path.join(folder, "model.safetensors"), tensors);
  writeHubJson(path.join(folder, "config.json"), encoderHubConfig(config));
}
