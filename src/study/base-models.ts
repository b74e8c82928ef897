// The recipes of the tiny base models that are committed under data/models: architecture, data, steps.
import type { DecoderConfig } from "../models/config";
import type { PretrainSettings } from "../training/pretrain";

export interface BaseModelRecipe {
  /** Folder under data/models; the tokenizer lies there already. */
  folder: string;
  /** The published model whose place it takes. */
  standsFor: string;
  config: Omit<DecoderConfig, "vocabSize" | "bosTokenId" | "eosTokenIds" | "padTokenId">;
  settings: PretrainSettings;
}

const settings = {
  seed: 1,
  batchSize: 16,
  maxTokens: 224,
  learningRate: 3e-3,
  muonLearningRate: 0.02,
  warmupSteps: 30,
};

/** Gemma-2 in small: window 96 on even layers, both softcaps, tied head, four norms a layer. */
function gemma2(
  hiddenSize: number,
  layers: number,
  heads: number,
  headDim: number,
  intermediateSize: number,
): BaseModelRecipe["config"] {
  return {
    modelType: "gemma2",
    hiddenSize,
    intermediateSize,
    numHiddenLayers: layers,
    numAttentionHeads: heads,
    numKeyValueHeads: heads / 2,
    headDim,
    maxPositionEmbeddings: 1024,
    rmsNormEps: 1e-6,
    ropeTheta: 10_000,
    tieWordEmbeddings: true,
    attentionScale: headDim ** -0.5,
    attentionSoftcap: 50,
    finalSoftcap: 30,
    slidingWindow: 96,
    slidingLayers: Array.from({ length: layers }, (_, i) => i % 2 === 0),
    embeddingScale: Math.sqrt(hiddenSize),
    normOffset: 1,
    postNorms: true,
    queryKeyNorm: false,
    activation: "gelu_tanh",
  };
}

/** Qwen3 and Llama in small: two norms a layer, SwiGLU, full attention. */
function plain(
  modelType: "qwen3" | "llama",
  hiddenSize: number,
  layers: number,
  heads: number,
  headDim: number,
  intermediateSize: number,
  more: Partial<DecoderConfig>,
): BaseModelRecipe["config"] {
  return {
    modelType,
    hiddenSize,
    intermediateSize,
    numHiddenLayers: layers,
    numAttentionHeads: heads,
    numKeyValueHeads: heads / 2,
    headDim,
    maxPositionEmbeddings: 1024,
    rmsNormEps: 1e-6,
    ropeTheta: 10_000,
    tieWordEmbeddings: true,
    attentionScale: headDim ** -0.5,
    slidingLayers: Array.from({ length: layers }, () => false),
    embeddingScale: 1,
    normOffset: 0,
    postNorms: false,
    queryKeyNorm: modelType === "qwen3",
    activation: "silu",
    ...more,
  };
}

/** In the order of the report's comparison; the teacher last. Sizes keep the order of the published models' sizes. */
export const BASE_MODELS: readonly BaseModelRecipe[] = [
  {
    folder: "gemma2-student",
    standsFor: "google/gemma-2-2b-it",
    config: gemma2(96, 4, 4, 24, 288),
    settings: { ...settings, steps: 1300, separator: "\n" },
  },
  {
    folder: "qwen3",
    standsFor: "Qwen/Qwen3-1.7B",
    config: plain("qwen3", 72, 4, 4, 24, 216, { ropeTheta: 1_000_000 }),
    settings: { ...settings, steps: 900, separator: "\n" },
  },
  {
    folder: "llama32",
    standsFor: "SEOKDONG/llama3.2_1B_korean_v0.2_sft_by_aidx",
    config: plain("llama", 64, 3, 4, 16, 256, {
      rmsNormEps: 1e-5,
      ropeTheta: 500_000,
      ropeScaling: { factor: 32, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositionEmbeddings: 8192 },
    }),
    settings: { ...settings, steps: 900, separator: "" },
  },
  {
    folder: "solar",
    standsFor: "upstage/SOLAR-10.7B-Instruct-v1.0",
    config: plain("llama", 160, 6, 4, 40, 480, { rmsNormEps: 1e-5, tieWordEmbeddings: false }),
    settings: { ...settings, steps: 400, separator: "\n\n" },
  },
  {
    folder: "gemma2-teacher",
    standsFor: "google/gemma-2-9b-it",
    config: gemma2(160, 4, 4, 40, 480),
    settings: { ...settings, steps: 1500, separator: "\n" },
  },
];
