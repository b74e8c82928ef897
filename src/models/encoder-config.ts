// Encoder configurations (BERT, RoBERTa, XLM-RoBERTa) from Hugging Face's config.json, and the tensors that they imply.
import * as path from "node:path";
import { bert } from "./bert";
import { ConfigError, ConfigFields, MOST_LAYERS } from "./config-fields";
import { roberta } from "./roberta";
import type { WeightFiles } from "./safetensors";

/** What differs between the families of encoders. */
export interface EncoderFamily {
  modelTypes: string[];
  /** What stands before every name in a file that was saved with a head. */
  prefix: string;
  /** Positions are padTokenId + 1, + 2, ... over what is not padding, and padTokenId at padding; otherwise 0, 1, ... */
  positionsFollowPadding: boolean;
  /** Names of tensors of heads, which hidden states do without. */
  heads: RegExp;
  /** Of a sequence classifier: what the first token's state goes through before the tanh, and after it. */
  head: { dense: string; out: string };
  /** Separators between the two texts of a pair; the second text has token type 1 where there is one. */
  separators: 1 | 2;
}

export interface EncoderConfig {
  modelType: string;
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  maxPositionEmbeddings: number;
  typeVocabSize: number;
  layerNormEps: number;
  padTokenId: number;
  positionsFollowPadding: boolean;
}

/** What an encoder's place must be, for messages. */
export const AN_ENCODER = "an encoder (BERT, RoBERTa or XLM-R) as a folder of Hugging Face files";

const FAMILIES: readonly EncoderFamily[] = [bert, roberta];

/** Fields of encoder configurations that do not change hidden states. */
const HARMLESS =
  `attention_probs_dropout_prob hidden_dropout_prob classifier_dropout tie_word_embeddings output_past
  gradient_checkpointing directionality pooler_fc_size pooler_num_attention_heads pooler_num_fc_layers
  pooler_size_per_head pooler_type xla_device`.split(/\s+/);

/** The family of an encoder. */
export const encoderFamily = ({ modelType }: EncoderConfig): EncoderFamily =>
  familyOf(modelType) as EncoderFamily;

/** The family of a `model_type` of config.json; undefined for an unknown one. */
function familyOf(modelType: unknown): EncoderFamily | undefined {
  return FAMILIES.find((family) => family.modelTypes.includes(modelType as string));
}

/** Reads the config.json of an encoder; throws ConfigError naming file, field, expected and found. */
export function readEncoderConfig(folder: string): EncoderConfig {
  const fields: ConfigFields = ConfigFields.read(path.join(folder, "config.json"));
  const modelType = fields.get("model_type");
  const family = familyOf(modelType);
  if (!family) fields.fail("model_type", FAMILIES.flatMap((known) => known.modelTypes).join(", "));
  const config: EncoderConfig = {
    modelType: modelType as string,
    vocabSize: fields.count("vocab_size"),
    hiddenSize: fields.count("hidden_size"),
    intermediateSize: fields.count("intermediate_size"),
    numHiddenLayers: fields.count("num_hidden_layers", MOST_LAYERS),
    numAttentionHeads: fields.count("num_attention_heads"),
    maxPositionEmbeddings: fields.count("max_position_embeddings"),
    typeVocabSize: fields.count("type_vocab_size"),
    layerNormEps: fields.number("layer_norm_eps"),
    padTokenId: -1,
    positionsFollowPadding: family.positionsFollowPadding,
  };
  config.padTokenId =
    fields.tokenIds("pad_token_id", config.vocabSize)[0] ?? fields.fail("pad_token_id", "a token id");
  if (config.hiddenSize % config.numAttentionHeads !== 0) {
    fields.fail("num_attention_heads", `a divisor of hidden_size ${config.hiddenSize}`);
  }
  if (fields.get("hidden_act") !== "gelu") fields.fail("hidden_act", '"gelu"');
  fields.fixed("position_embedding_type", ["absolute"]);
  fields.fixed("is_decoder", [false]);
  fields.fixed("add_cross_attention", [false]);
  fields.fixed("quantization_config", [null]);
  fields.rejectUnknown(HARMLESS);
  return config;
}

/** The longest text in tokens that the position embeddings reach. */
export function longestText(config: EncoderConfig): number {
  return config.maxPositionEmbeddings - (config.positionsFollowPadding ? config.padTokenId + 1 : 0);
}

/** Every tensor of the encoder without head and pooler: Hugging Face name without prefix, to shape. */
export function encoderTensorShapes(config: EncoderConfig): Map<string, number[]> {
  const { hiddenSize: hidden, intermediateSize } = config;
  const shapes = new Map<string, number[]>([
    ["embeddings.word_embeddings.weight", [config.vocabSize, hidden]],
    ["embeddings.position_embeddings.weight", [config.maxPositionEmbeddings, hidden]],
    ["embeddings.token_type_embeddings.weight", [config.typeVocabSize, hidden]],
  ]);
  const linear = (name: string, width: number, from: number) => {
    shapes.set(`${name}.weight`, [width, from]);
    shapes.set(`${name}.bias`, [width]);
  };
  const norm = (name: string) => {
    shapes.set(`${name}.weight`, [hidden]);
    shapes.set(`${name}.bias`, [hidden]);
  };
  norm("embeddings.LayerNorm");
  for (let i = 0; i < config.numHiddenLayers; i++) {
    const layer = `encoder.layer.${i}`;
    for (const part of ["query", "key", "value"]) linear(`${layer}.attention.self.${part}`, hidden, hidden);
    linear(`${layer}.attention.output.dense`, hidden, hidden);
    norm(`${layer}.attention.output.LayerNorm`);
    linear(`${layer}.intermediate.dense`, intermediateSize, hidden);
    linear(`${layer}.output.dense`, hidden, intermediateSize);
    norm(`${layer}.output.LayerNorm`);
  }
  return shapes;
}

/** Files of 2018 call the weight of a LayerNorm gamma and its bias beta. */
function modernName(stored: string, prefix: string): string {
  const name = stored.startsWith(prefix) ? stored.slice(prefix.length) : stored;
  return name.replace(/LayerNorm\.gamma$/, "LayerNorm.weight").replace(/LayerNorm\.beta$/, "LayerNorm.bias");
}

/**
 * Where each tensor of the encoder lies in the files: name without prefix, to stored name. Heads, poolers and position
 * buffers are let pass; throws ConfigError that names what is missing, unexpected or of another shape.
 */
export function findEncoderTensors(files: WeightFiles, config: EncoderConfig): Map<string, string> {
  const family = encoderFamily(config);
  const shapes = encoderTensorShapes(config);
  const stored = new Map<string, string>();
  const problems: string[] = [];
  for (const name of files.names()) {
    const modern = modernName(name, family.prefix);
    if (shapes.has(modern)) {
      if (stored.has(modern)) problems.push(`${name} and ${stored.get(modern)} are the same tensor`);
      stored.set(modern, name);
    } else if (
      !family.heads.test(name) &&
      !/^(pooler\.|embeddings\.position_ids$|embeddings\.token_type_ids$)/.test(modern)
    ) {
      problems.push(`unexpected ${name}`);
    }
  }
  for (const [name, shape] of shapes) {
    const at = stored.get(name);
    if (at === undefined) problems.push(`missing ${name} [${shape.join(", ")}]`);
    else if (files.info(at).shape.join() !== shape.join()) {
      problems.push(
        `${at}: expected shape [${shape.join(", ")}], found [${files.info(at).shape.join(", ")}]`,
      );
    }
  }
  if (problems.length > 0) {
    throw new ConfigError(
      `${files.source}: the tensors do not fit config.json (${config.modelType}): ${problems.slice(0, 8).join("; ")}`,
    );
  }
  return stored;
}
