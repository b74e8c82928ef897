// Decoder configurations: Hugging Face's config.json read field by field, the tensors that it implies, and the way back.
import * as fs from "node:fs";
import * as path from "node:path";
import { ConfigFields, MOST_LAYERS } from "./config-fields";
import { FAMILIES, familyOf } from "./families/families";
import type { Family } from "./families/family";

export { ConfigError } from "./config-fields";
export { checkTensors, tensorShapes } from "./config-tensors";
export { writeDecoderConfig } from "./config-write";

export interface RopeScaling {
  factor: number;
  lowFreqFactor: number;
  highFreqFactor: number;
  originalMaxPositionEmbeddings: number;
}

export interface DecoderConfig {
  modelType: "gemma2" | "qwen3" | "llama";
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  numKeyValueHeads: number;
  headDim: number;
  maxPositionEmbeddings: number;
  rmsNormEps: number;
  ropeTheta: number;
  ropeScaling?: RopeScaling;
  tieWordEmbeddings: boolean;
  /** What scores are multiplied by: query_pre_attn_scalar^-0.5 or headDim^-0.5. */
  attentionScale: number;
  attentionSoftcap?: number;
  finalSoftcap?: number;
  /** Query i of a sliding layer sees keys i - slidingWindow + 1 to i. */
  slidingWindow?: number;
  slidingLayers: boolean[];
  embeddingScale: number;
  /** RMSNorm multiplies by (normOffset + w). */
  normOffset: 0 | 1;
  postNorms: boolean;
  queryKeyNorm: boolean;
  activation: "gelu_tanh" | "silu";
  bosTokenId?: number;
  eosTokenIds: number[];
  padTokenId?: number;
}

function readRope(fields: ConfigFields, family: Family): { theta: number; scaling?: RopeScaling } {
  // Files of transformers 5 have one object, `rope_parameters`; older ones `rope_theta` beside an optional `rope_scaling`.
  const parameters = fields.nested("rope_parameters");
  const scaled = parameters ?? fields.nested("rope_scaling");
  if (parameters && fields.get("rope_scaling")) fields.fail("rope_scaling", "nothing beside rope_parameters");
  const theta = parameters ? parameters.number("rope_theta") : fields.number("rope_theta");
  if (parameters && (fields.get("rope_theta") ?? theta) !== theta)
    fields.fail("rope_theta", `${theta} as in rope_parameters`);
  if (!scaled) return { theta };
  const type = scaled.get("rope_type") ?? scaled.get("type");
  let scaling: RopeScaling | undefined;
  if (type === "llama3" && family.scalesRope) {
    scaling = {
      factor: scaled.number("factor"),
      lowFreqFactor: scaled.number("low_freq_factor"),
      highFreqFactor: scaled.number("high_freq_factor"),
      originalMaxPositionEmbeddings: scaled.count("original_max_position_embeddings"),
    };
    if (scaling.highFreqFactor <= scaling.lowFreqFactor)
      scaled.fail("high_freq_factor", "more than low_freq_factor");
  } else if (type !== "default") {
    scaled.fail("rope_type", family.scalesRope ? '"default" or "llama3"' : '"default"');
  }
  scaled.get("type");
  scaled.fixed("partial_rotary_factor", [1]);
  scaled.rejectUnknown();
  return { theta, scaling };
}

function readTokens(folder: string, fields: ConfigFields, vocabSize: number) {
  // generation_config.json is what generation goes by where it is there (an instruction model lists its end of turn only there).
  const file = path.join(folder, "generation_config.json");
  const generation = fs.existsSync(file) ? ConfigFields.read(file) : undefined;
  const ids = (field: string) => {
    const own = generation?.tokenIds(field, vocabSize) ?? [];
    return own.length > 0 ? own : fields.tokenIds(field, vocabSize);
  };
  return {
    bosTokenId: ids("bos_token_id")[0],
    eosTokenIds: ids("eos_token_id"),
    padTokenId: ids("pad_token_id")[0],
  };
}

/**
 * Reads the config.json (and generation_config.json) of a model folder, or another file of that form.
 * Throws ConfigError naming file, field, expected and found for anything missing, inconsistent or unknown.
 */
export function readDecoderConfig(folder: string, file = "config.json"): DecoderConfig {
  const fields: ConfigFields = ConfigFields.read(path.join(folder, file));
  const family = familyOf(fields.get("model_type"));
  if (!family) fields.fail("model_type", FAMILIES.map((known) => known.modelType).join(", "));
  const vocabSize = fields.count("vocab_size");
  const hiddenSize = fields.count("hidden_size");
  const numHiddenLayers = fields.count("num_hidden_layers", MOST_LAYERS);
  const numAttentionHeads = fields.count("num_attention_heads");
  const numKeyValueHeads =
    fields.optionalCount("num_key_value_heads", !family.derivesHeads) ?? numAttentionHeads;
  if (numAttentionHeads % numKeyValueHeads !== 0) {
    fields.fail("num_key_value_heads", `a divisor of num_attention_heads ${numAttentionHeads}`);
  }
  const headDim = fields.optionalCount("head_dim", !family.derivesHeads) ?? hiddenSize / numAttentionHeads;
  if (!Number.isInteger(headDim))
    fields.fail("num_attention_heads", `a divisor of hidden_size ${hiddenSize}`);
  if (headDim % 2 !== 0) fields.fail("head_dim", "an even number, as rotary embeddings need");
  const { fields: names, name, is } = family.activation;
  const stated = names.filter((field) => fields.get(field) !== undefined && fields.get(field) !== null);
  if (stated.length === 0) fields.fail(names[0] as string, `"${name}"`);
  for (const field of stated) if (fields.get(field) !== name) fields.fail(field, `"${name}"`);
  const rope = readRope(fields, family);
  const sliding = family.sliding(fields, numHiddenLayers);
  const scalar = family.softcaps ? fields.number("query_pre_attn_scalar") : headDim;
  const config: DecoderConfig = {
    modelType: family.modelType,
    vocabSize,
    hiddenSize,
    intermediateSize: fields.count("intermediate_size"),
    numHiddenLayers,
    numAttentionHeads,
    numKeyValueHeads,
    headDim,
    maxPositionEmbeddings: fields.count("max_position_embeddings"),
    rmsNormEps: fields.number("rms_norm_eps"),
    ropeTheta: rope.theta,
    ropeScaling: rope.scaling,
    tieWordEmbeddings: fields.flag("tie_word_embeddings", family.tiedByDefault),
    attentionScale: scalar ** -0.5,
    attentionSoftcap: family.softcaps ? fields.numberOrNull("attn_logit_softcapping") : undefined,
    finalSoftcap: family.softcaps ? fields.numberOrNull("final_logit_softcapping") : undefined,
    slidingWindow: sliding.window,
    slidingLayers: sliding.layers,
    embeddingScale: family.scalesEmbedding ? Math.sqrt(hiddenSize) : 1,
    normOffset: family.normOffset,
    postNorms: family.postNorms,
    queryKeyNorm: family.queryKeyNorm,
    activation: is,
    ...readTokens(folder, fields, vocabSize),
  };
  for (const [field, allowed] of Object.entries(family.fixed)) fields.fixed(field, allowed);
  fields.fixed("quantization_config", [null]);
  fields.fixed("partial_rotary_factor", [1]);
  fields.rejectUnknown();
  return config;
}
