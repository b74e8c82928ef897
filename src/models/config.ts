// Decoder configurations: Hugging Face's config.json read field by field, the tensors that it implies, and the way back.
import { ConfigFields, MOST_LAYERS } from "./config-fields";
import { type LayerRopes, readRopes } from "./config-rope";
import { hubConfig } from "./config-write";
import { FAMILIES, familyOf, wrappedFamily } from "./families/families";
import type { Family } from "./families/family";
import { modelSource, type SourceFiles } from "./source";

export { ConfigError } from "./config-fields";
export { checkTensors, openWeights, tensorShapes } from "./config-tensors";
export { hubConfig, writeDecoderConfig } from "./config-write";

export interface DecoderConfig extends LayerRopes {
  modelType: string;
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  numKeyValueHeads: number;
  headDim: number;
  maxPositionEmbeddings: number;
  rmsNormEps: number;
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

const GENERATION = "generation_config.json";
const fieldsOf = (source: SourceFiles, name: string): ConfigFields =>
  ConfigFields.of(source.fileOf(name), source.json(name));

/** Token ids from the first of `places` that has them. */
function readTokens(source: SourceFiles, places: readonly ConfigFields[], vocabSize: number) {
  // generation_config.json is what generation goes by where it is there (an instruction model lists its end of turn only there).
  const all = source.has(GENERATION) ? [fieldsOf(source, GENERATION), ...places] : places;
  const ids = (field: string) =>
    all.map((fields) => fields.tokenIds(field, vocabSize)).find((found) => found.length > 0) ?? [];
  return {
    bosTokenId: ids("bos_token_id")[0],
    eosTokenIds: ids("eos_token_id"),
    padTokenId: ids("pad_token_id")[0],
  };
}

/** The fields of a decoder's configuration with its family; a wrapper's are checked, and the decoder's taken out of it. */
function decoderFields(own: ConfigFields): { fields: ConfigFields; family: Family; outer?: ConfigFields } {
  const type = own.get("model_type");
  const wrapped = wrappedFamily(type);
  if (!wrapped?.wrapper) {
    const family = familyOf(type);
    if (!family) own.fail("model_type", modelTypes().join(", "));
    return { fields: own.with(family.absent), family };
  }
  const { textConfig, absent, harmless } = wrapped.wrapper;
  const stated = own.object(textConfig, true);
  const fields = stated.with({ ...wrapped.absent, ...absent(stated) });
  fields.fixed("model_type", [wrapped.modelType]);
  own.fixed("tie_word_embeddings", [fields.get("tie_word_embeddings")]);
  own.fixed("quantization_config", [null]);
  own.rejectUnknown(harmless);
  return { fields, family: wrapped, outer: own };
}

/** Every `model_type` that can be read. */
const modelTypes = (): string[] =>
  FAMILIES.flatMap(({ modelType, wrapper }) => (wrapper ? [modelType, wrapper.modelType] : [modelType]));

/**
 * Reads the config.json (and generation_config.json) of a model folder, or another file of that form, or the metadata of a GGUF
 * file. Throws ConfigError naming file, field, expected and found for anything missing, inconsistent or unknown, or GgufError.
 */
export function readDecoderConfig(place: string, file = "config.json"): DecoderConfig {
  const source = modelSource(place);
  const { fields, family, outer }: ReturnType<typeof decoderFields> = decoderFields(fieldsOf(source, file));
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
    ...readRopes(fields, family, headDim),
    tieWordEmbeddings: fields.flag("tie_word_embeddings"),
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
    ...readTokens(source, outer ? [outer, fields] : [fields], vocabSize),
  };
  for (const [field, allowed] of Object.entries(family.fixed)) fields.fixed(field, allowed);
  fields.fixed("quantization_config", [null]);
  fields.fixed("partial_rotary_factor", [1]);
  fields.rejectUnknown();
  return config;
}

/** A decoder's config.json in one spelling, whichever the folder's has, and without the other parts of a larger model. */
export function decoderHubConfig(folder: string): ReturnType<typeof hubConfig> {
  const { torch_dtype, dtype = torch_dtype } = modelSource(folder).json("config.json");
  return hubConfig(readDecoderConfig(folder), String(dtype ?? "float32"));
}
