// A decoder's configuration written as Hugging Face's config.json, for models of our own.
import * as path from "node:path";
import type { DecoderConfig } from "./config";
import { ropeFields } from "./config-rope";
import { familyOf } from "./families/families";
import type { Family } from "./families/family";
import { writeHubJson } from "./json-files";

const tokenFields = ({ bosTokenId, eosTokenIds, padTokenId }: DecoderConfig) => ({
  bos_token_id: bosTokenId ?? null,
  eos_token_id: eosTokenIds.length > 1 ? eosTokenIds : (eosTokenIds[0] ?? null),
  pad_token_id: padTokenId ?? null,
});

/** The config.json of a configuration, as transformers 4.45 and later (5 too) read it; `dtype` is that of the weights. */
export function hubConfig(config: DecoderConfig, dtype: string) {
  const family = familyOf(config.modelType) as Family;
  return {
    architectures: [family.architecture],
    model_type: config.modelType,
    torch_dtype: dtype,
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.numHiddenLayers,
    num_attention_heads: config.numAttentionHeads,
    num_key_value_heads: config.numKeyValueHeads,
    head_dim: config.headDim,
    max_position_embeddings: config.maxPositionEmbeddings,
    rms_norm_eps: config.rmsNormEps,
    ...ropeFields(config, family),
    tie_word_embeddings: config.tieWordEmbeddings,
    attention_bias: false,
    attention_dropout: 0,
    ...Object.fromEntries(family.activation.fields.map((field) => [field, family.activation.name])),
    ...(family.softcaps && {
      // The scale is stored as a square root; fifteen digits take its rounding away again.
      query_pre_attn_scalar: Number((config.attentionScale ** -2).toPrecision(12)),
      attn_logit_softcapping: config.attentionSoftcap ?? null,
      final_logit_softcapping: config.finalSoftcap ?? null,
    }),
    ...family.slidingFields(config),
    ...tokenFields(config),
    use_cache: true,
  };
}

/** Writes config.json and generation_config.json for a model of our own, atomically; `dtype` is that of the weights beside it. */
export function writeDecoderConfig(
  folder: string,
  config: DecoderConfig,
  dtype: "float32" | "bfloat16" = "float32",
): void {
  writeHubJson(path.join(folder, "config.json"), hubConfig(config, dtype));
  writeHubJson(path.join(folder, "generation_config.json"), { ...tokenFields(config), do_sample: false });
}
