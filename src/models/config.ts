// Decoder configurations: Hugging Face's config.json read field by field, the tensors that it implies, and the way back.
import * as fs from "node:fs";
import * as path from "node:path";
import { ConfigError, ConfigFields } from "./config-fields";
import type { Family } from "./families/family";
import { gemma2 } from "./families/gemma2";
import { llama } from "./families/llama";
import { qwen3 } from "./families/qwen3";
import type { WeightFiles } from "./safetensors";

export { ConfigError } from "./config-fields";

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

const FAMILIES: readonly Family[] = [gemma2, qwen3, llama];

function familyOf(modelType: unknown): Family | undefined {
  return FAMILIES.find((family) => family.modelType === modelType);
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
  const numHiddenLayers = fields.count("num_hidden_layers");
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

/** Every tensor that a decoder of this configuration has: Hugging Face name to shape (linear layers are [out, in]). */
export function tensorShapes(config: DecoderConfig): Map<string, number[]> {
  const { hiddenSize, intermediateSize, headDim } = config;
  const queries = config.numAttentionHeads * headDim;
  const keys = config.numKeyValueHeads * headDim;
  const shapes = new Map<string, number[]>([["model.embed_tokens.weight", [config.vocabSize, hiddenSize]]]);
  for (let layer = 0; layer < config.numHiddenLayers; layer++) {
    const add = (name: string, shape: number[]) => shapes.set(`model.layers.${layer}.${name}.weight`, shape);
    add("input_layernorm", [hiddenSize]);
    add("self_attn.q_proj", [queries, hiddenSize]);
    add("self_attn.k_proj", [keys, hiddenSize]);
    add("self_attn.v_proj", [keys, hiddenSize]);
    add("self_attn.o_proj", [hiddenSize, queries]);
    if (config.queryKeyNorm) {
      add("self_attn.q_norm", [headDim]);
      add("self_attn.k_norm", [headDim]);
    }
    add("post_attention_layernorm", [hiddenSize]);
    if (config.postNorms) {
      add("pre_feedforward_layernorm", [hiddenSize]);
      add("post_feedforward_layernorm", [hiddenSize]);
    }
    add("mlp.gate_proj", [intermediateSize, hiddenSize]);
    add("mlp.up_proj", [intermediateSize, hiddenSize]);
    add("mlp.down_proj", [hiddenSize, intermediateSize]);
  }
  shapes.set("model.norm.weight", [hiddenSize]);
  if (!config.tieWordEmbeddings) shapes.set("lm_head.weight", [config.vocabSize, hiddenSize]);
  return shapes;
}

/**
 * Checks that the files hold exactly the tensors of the configuration; throws ConfigError that names what is
 * missing, extra or of another shape. A stored copy of a tied head and buffers of rotary frequencies are let pass.
 */
export function checkTensors(files: WeightFiles, config: DecoderConfig): void {
  const shapes = tensorShapes(config);
  const problems: string[] = [];
  for (const [name, shape] of shapes) {
    if (!files.has(name)) {
      problems.push(`missing ${name} [${shape.join(", ")}]`);
      continue;
    }
    const found = files.info(name);
    if (found.shape.join() !== shape.join()) {
      problems.push(`${name}: expected shape [${shape.join(", ")}], found [${found.shape.join(", ")}]`);
    }
    if (!["F32", "F16", "BF16"].includes(found.dtype)) {
      problems.push(`${name}: expected F32, F16 or BF16, found ${found.dtype}`);
    }
  }
  for (const name of files.names()) {
    const tolerated =
      /(^|\.)rotary_emb\.inv_freq$/.test(name) || (config.tieWordEmbeddings && name === "lm_head.weight");
    if (!shapes.has(name) && !tolerated) problems.push(`unexpected ${name}`);
  }
  if (problems.length > 0) {
    const more = problems.length > 8 ? `; and ${problems.length - 8} more` : "";
    throw new ConfigError(
      `${files.source}: the tensors do not fit config.json (${config.modelType}): ${problems.slice(0, 8).join("; ")}${more}`,
    );
  }
}

const ARCHITECTURES = { gemma2: "Gemma2ForCausalLM", qwen3: "Qwen3ForCausalLM", llama: "LlamaForCausalLM" };

/** The config.json of a configuration, as transformers 4.45 and later (5 too) read it. */
function hubConfig(config: DecoderConfig, dtype: string): Record<string, unknown> {
  const family = familyOf(config.modelType) as Family;
  const scaling = config.ropeScaling;
  return {
    architectures: [ARCHITECTURES[config.modelType]],
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
    rope_theta: config.ropeTheta,
    ...(family.scalesRope && {
      rope_scaling: scaling
        ? {
            rope_type: "llama3",
            factor: scaling.factor,
            low_freq_factor: scaling.lowFreqFactor,
            high_freq_factor: scaling.highFreqFactor,
            original_max_position_embeddings: scaling.originalMaxPositionEmbeddings,
          }
        : null,
    }),
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
    ...(family.modelType !== "llama" && {
      sliding_window: config.slidingWindow ?? null,
      layer_types: config.slidingLayers.map((slides) => (slides ? "sliding_attention" : "full_attention")),
    }),
    ...(family.modelType === "qwen3" && { use_sliding_window: config.slidingLayers.includes(true) }),
  };
}

function writeJson(file: string, value: unknown): void {
  const temporary = `${file}.${process.pid}.tmp`;
  const fd = fs.openSync(temporary, "w");
  try {
    fs.writeSync(fd, `${JSON.stringify(value, null, 2)}\n`);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  fs.renameSync(temporary, file);
}

/** Writes config.json and generation_config.json for a model of our own, atomically; `dtype` is that of the weights beside it. */
export function writeDecoderConfig(
  folder: string,
  config: DecoderConfig,
  dtype: "float32" | "bfloat16" = "float32",
): void {
  const eos = config.eosTokenIds.length === 1 ? config.eosTokenIds[0] : config.eosTokenIds;
  const tokens = {
    bos_token_id: config.bosTokenId ?? null,
    eos_token_id: config.eosTokenIds.length === 0 ? null : eos,
    pad_token_id: config.padTokenId ?? null,
  };
  fs.mkdirSync(folder, { recursive: true });
  writeJson(path.join(folder, "config.json"), { ...hubConfig(config, dtype), ...tokens, use_cache: true });
  writeJson(path.join(folder, "generation_config.json"), { ...tokens, do_sample: false });
}
