// The hub's repositories of the studies paper and gemma3-pair in thumbnail: real names, file layout, sharding and config style, random weights.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type DecoderConfig, readDecoderConfig, writeDecoderConfig } from "../../models/config";
import type { EncoderConfig } from "../../models/encoder-config";
import { type NewTensor, writeSafetensors } from "../../models/safetensors";
import { loadTokenizer } from "../../prompts/tokenizer";
import { copyTokenizer } from "../../prompts/tokenizer-files";
import { BASE_MODELS } from "../../study/base-models";
import { ROOT } from "../../study/stage";
import { randomEncoder } from "../../training/masked-lm";
import { randomDecoder } from "../../training/pretrain";
import type { HubServer } from "./hub-server";

interface Thumbnail {
  repository: string;
  /** The base model of ours whose tokenizer and architecture it has; absent: the one that stands for it. */
  like?: string;
  /** What its architecture has otherwise. */
  config?: Partial<DecoderConfig>;
  /** Shards of the real repository; 1: a single file. */
  shards: number;
  dtype: "BF16" | "F16";
  gated?: boolean;
  /** Rows of the embedding beyond the tokenizer's vocabulary. */
  spareRows?: number;
  /** Fields that the real config.json has beside or instead of ours. */
  fields: Record<string, unknown>;
  /** Files of the tokenizer's folder that the real repository lacks. */
  without?: string[];
  /** Further files, which the project must leave alone. */
  beside: string[];
}

const GEMMA = { _name_or_path: "google/gemma-2", cache_implementation: "hybrid", initializer_range: 0.02 };

/** Gemma-2 with normed queries and keys for soft caps, and a RoPE base for each kind of layer. */
const GEMMA3: Partial<DecoderConfig> = {
  modelType: "gemma3_text",
  attentionSoftcap: undefined,
  finalSoftcap: undefined,
  queryKeyNorm: true,
  ropeTheta: 1_000_000,
  slidingRopeTheta: 10_000,
};

const DECODERS: readonly Thumbnail[] = [
  {
    repository: "google/gemma-2-2b-it",
    shards: 2,
    dtype: "BF16",
    gated: true,
    fields: { ...GEMMA, transformers_version: "4.42.4" },
    beside: ["tokenizer.model"],
  },
  {
    repository: "google/gemma-2-9b-it",
    shards: 4,
    dtype: "BF16",
    gated: true,
    fields: { ...GEMMA, sliding_window_size: 96, transformers_version: "4.42.0.dev0" },
    beside: ["tokenizer.model"],
  },
  {
    repository: "Qwen/Qwen3-1.7B",
    shards: 2,
    dtype: "BF16",
    spareRows: 8,
    fields: { max_window_layers: 28, rope_scaling: null, sliding_window: null, layer_types: undefined },
    without: ["special_tokens_map.json"],
    beside: ["merges.txt", "vocab.json", "LICENSE"],
  },
  {
    repository: "SEOKDONG/llama3.2_1B_korean_v0.2_sft_by_aidx",
    shards: 1,
    dtype: "BF16",
    fields: { mlp_bias: false, pretraining_tp: 1, transformers_version: "4.46.2" },
    beside: ["training_args.bin"],
  },
  {
    repository: "upstage/SOLAR-10.7B-Instruct-v1.0",
    shards: 5,
    dtype: "F16",
    fields: { pretraining_tp: 1, initializer_range: 0.02, head_dim: undefined, rope_scaling: null },
    beside: ["tokenizer.model", "solar_logo.png"],
  },
];

const GEMMA3_DECODERS: readonly Thumbnail[] = [
  ["google/gemma-3-270m-it", "gemma2-student"],
  ["google/gemma-3-1b-it", "gemma2-teacher"],
].map(([repository, like]) => ({
  repository: repository!,
  like,
  config: GEMMA3,
  shards: 1,
  dtype: "BF16" as const,
  gated: true,
  fields: { _sliding_window_pattern: 6, initializer_range: 0.02, use_bidirectional_attention: false },
  beside: ["tokenizer.model"],
}));

const ENCODER = "google-bert/bert-base-multilingual-cased";

/** Offers the eight repositories on a hub; the gated ones open with its token. */
export async function offerRepositories(hub: HubServer): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "rehearsal-"));
  try {
    for (const thumbnail of [...DECODERS, ...GEMMA3_DECODERS]) {
      const files = await decoderFiles(path.join(folder, path.basename(thumbnail.repository)), thumbnail);
      hub.offer(thumbnail.repository, files, { gated: thumbnail.gated });
    }
    hub.offer(ENCODER, encoderFiles(path.join(folder, "encoder")));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

async function decoderFiles(folder: string, thumbnail: Thumbnail): Promise<Record<string, Buffer>> {
  const { repository, like } = thumbnail;
  const recipe = BASE_MODELS.find(({ folder, standsFor }) =>
    like ? folder === like : standsFor === repository,
  )!;
  const tokenizers = path.join(ROOT, "data/models", recipe.folder);
  fs.mkdirSync(folder);
  copyTokenizer(tokenizers, folder);
  for (const file of thumbnail.without ?? []) fs.rmSync(path.join(folder, file));
  const tokenizer = await loadTokenizer(folder);
  // The teacher has a layer more than the student, so that it is the larger sibling.
  const layers = recipe.folder.endsWith("teacher") ? 3 : 2;
  const config: DecoderConfig = {
    ...recipe.config,
    ...thumbnail.config,
    hiddenSize: 16,
    intermediateSize: 32,
    numHiddenLayers: layers,
    numAttentionHeads: 2,
    numKeyValueHeads: 1,
    headDim: 8,
    attentionScale: 8 ** -0.5,
    embeddingScale: recipe.config.embeddingScale === 1 ? 1 : 4,
    slidingLayers: recipe.config.slidingLayers.slice(0, layers),
    vocabSize: tokenizer.vocabSize + (thumbnail.spareRows ?? 0),
    bosTokenId: tokenizer.bosId,
    eosTokenIds: [...tokenizer.stopIds],
    padTokenId: tokenizer.padId,
  };
  const decoder = randomDecoder(config, 1);
  const tensors = [...decoder.weights].map(([name, weight]) => ({
    name,
    dtype: thumbnail.dtype,
    shape: [...weight.shape],
    data: weight.dataSync() as Float32Array,
  }));
  decoder.dispose();
  writeShards(folder, tensors, thumbnail.shards);
  writeDecoderConfig(folder, config, "bfloat16");
  const file = path.join(folder, "config.json");
  const written = JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, unknown>;
  const dtype = thumbnail.dtype === "F16" ? "float16" : "bfloat16";
  fs.writeFileSync(file, JSON.stringify({ ...written, torch_dtype: dtype, ...thumbnail.fields }, null, 2));
  readDecoderConfig(folder);
  for (const name of thumbnail.beside) fs.writeFileSync(path.join(folder, name), "not read");
  return filesOf(folder);
}

function writeShards(folder: string, tensors: NewTensor[], shards: number): void {
  if (shards === 1) {
    writeSafetensors(path.join(folder, "model.safetensors"), tensors);
    return;
  }
  const digits = (n: number) => String(n).padStart(5, "0");
  const map: Record<string, string> = {};
  for (let shard = 0; shard < shards; shard++) {
    const file = `model-${digits(shard + 1)}-of-${digits(shards)}.safetensors`;
    const part = tensors.filter((_, i) => Math.floor((i * shards) / tensors.length) === shard);
    for (const { name } of part) map[name] = file;
    writeSafetensors(path.join(folder, file), part);
  }
  const index = { metadata: { total_size: 0 }, weight_map: map };
  fs.writeFileSync(path.join(folder, "model.safetensors.index.json"), JSON.stringify(index));
}

/** Multilingual BERT as it was published: twelve layers, a masked-LM head, LayerNorms with gamma and beta. */
function encoderFiles(folder: string): Record<string, Buffer> {
  const from = path.join(ROOT, "data/models/encoder");
  fs.mkdirSync(folder);
  for (const file of ["tokenizer.json", "tokenizer_config.json"]) {
    fs.copyFileSync(path.join(from, file), path.join(folder, file));
  }
  const { model } = JSON.parse(fs.readFileSync(path.join(from, "tokenizer.json"), "utf8"));
  const config: EncoderConfig = {
    modelType: "bert",
    vocabSize: Object.keys(model.vocab).length,
    hiddenSize: 16,
    intermediateSize: 32,
    numHiddenLayers: 12,
    numAttentionHeads: 2,
    maxPositionEmbeddings: 512,
    typeVocabSize: 2,
    layerNormEps: 1e-12,
    padTokenId: model.vocab["[PAD]"],
    positionsFollowPadding: false,
  };
  const weights = randomEncoder(config, 1);
  const tensors = [...weights].map(([name, weight]) => ({
    name: `bert.${name}`.replace(/LayerNorm\.weight$/, "LayerNorm.gamma").replace(/Norm\.bias$/, "Norm.beta"),
    dtype: "F32" as const,
    shape: weight.shape,
    data: weight.dataSync() as Float32Array,
  }));
  for (const weight of weights.values()) weight.dispose();
  const head = { dtype: "F32" as const, shape: [16], data: new Float32Array(16) };
  for (const name of ["cls.predictions.transform.dense.bias", "cls.seq_relationship.bias"]) {
    tensors.push({ ...head, name });
  }
  writeSafetensors(path.join(folder, "model.safetensors"), tensors);
  const published = {
    architectures: ["BertForMaskedLM"],
    attention_probs_dropout_prob: 0.1,
    directionality: "bidi",
    hidden_act: "gelu",
    hidden_dropout_prob: 0.1,
    hidden_size: config.hiddenSize,
    initializer_range: 0.02,
    intermediate_size: config.intermediateSize,
    layer_norm_eps: config.layerNormEps,
    max_position_embeddings: config.maxPositionEmbeddings,
    model_type: "bert",
    num_attention_heads: config.numAttentionHeads,
    num_hidden_layers: config.numHiddenLayers,
    pad_token_id: config.padTokenId,
    pooler_fc_size: 768,
    pooler_num_attention_heads: 12,
    pooler_num_fc_layers: 3,
    pooler_size_per_head: 128,
    pooler_type: "first_token_transform",
    type_vocab_size: config.typeVocabSize,
    vocab_size: config.vocabSize,
  };
  fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify(published, null, 2));
  for (const name of ["vocab.txt", "pytorch_model.bin", "tf_model.h5"]) {
    fs.writeFileSync(path.join(folder, name), "not read");
  }
  return filesOf(folder);
}

const filesOf = (folder: string): Record<string, Buffer> =>
  Object.fromEntries(fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name))]));
