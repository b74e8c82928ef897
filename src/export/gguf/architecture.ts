// What a decoder's configuration says in the metadata of a GGUF file, and what llama.cpp computes whatever the metadata say
// (conversion/{llama,gemma,qwen}.py; src/models/{llama,gemma2,gemma3,qwen3}.cpp).
import type { NewValue } from "../../base/gguf/write";
import type { DecoderConfig } from "../../models/config";
import { ConfigError } from "../../models/config-fields";
import { ARCHITECTURES, type Architecture, scaledBy } from "../../models/gguf/architectures";
import { ropeFrequencies } from "../../models/rope";

export interface WrittenArchitecture {
  name: string;
  architecture: Architecture;
  metadata: Record<string, NewValue>;
  /** What each frequency of rotary embedding is divided by: [headDim / 2], where the metadata cannot say it. */
  ropeFactors?: Float32Array;
}

/** A layer in so many sees everything, where the metadata do not say. */
const PERIODS: Readonly<Record<string, number>> = { gemma2: 2, gemma3: 6 };

const isPeriod = (layers: readonly boolean[], period: number): boolean =>
  layers.every((slides, layer) => slides === ((layer + 1) % period !== 0));

/** Throws ConfigError for a model that llama.cpp would compute otherwise. */
export function writtenArchitecture(config: DecoderConfig): WrittenArchitecture {
  const found = Object.entries(ARCHITECTURES).find(([, { modelType }]) => modelType === config.modelType);
  if (!found) throw new ConfigError(`model_type "${config.modelType}" has no architecture in GGUF files.`);
  const [name, architecture] = found;
  const fail = (what: string, expected: string, stated: unknown): never => {
    throw new ConfigError(
      `A GGUF file of a ${name} model cannot state ${what}: llama.cpp computes with ${expected}, the model with ${stated}.`,
    );
  };
  const { headDim, numHiddenLayers: layers, hiddenSize: hidden, numAttentionHeads: heads } = config;
  const gemma = name === "gemma2" || name === "gemma3";
  const scalar = gemma ? scaledBy(layers, name, { hidden, heads, headDim }) : headDim;
  if (Math.abs(config.attentionScale * Math.sqrt(scalar) - 1) > 1e-9)
    fail("the scale of attention", `${scalar}^-0.5`, `${config.attentionScale ** -2}^-0.5`);
  if (name === "gemma2" && !config.attentionSoftcap) fail("that attention has no soft cap", "one", "none");
  if (name === "gemma2" && !config.finalSoftcap) fail("that logits have no soft cap", "one", "none");
  if (name === "gemma3" && config.attentionSoftcap)
    fail("a soft cap of attention", "none", config.attentionSoftcap);
  if (name === "gemma3" && config.finalSoftcap) fail("a soft cap of logits", "none", config.finalSoftcap);
  if (!gemma && config.slidingLayers.includes(true))
    fail("a sliding window", "full attention in every layer", `a window of ${config.slidingWindow}`);
  if (name === "gemma2" && !config.tieWordEmbeddings)
    fail("a head of its own", "the embedding as head", "another matrix");

  const metadata: Record<string, NewValue> = {};
  const add = (key: string, value: NewValue) => {
    metadata[`${name}.${key}`] = value;
  };
  add("context_length", { uint32: config.maxPositionEmbeddings });
  add("embedding_length", { uint32: hidden });
  add("block_count", { uint32: layers });
  add("feed_forward_length", { uint32: config.intermediateSize });
  add("attention.head_count", { uint32: heads });
  add("attention.head_count_kv", { uint32: config.numKeyValueHeads });
  add("attention.layer_norm_rms_epsilon", { float32: config.rmsNormEps });
  add("attention.key_length", { uint32: headDim });
  add("attention.value_length", { uint32: headDim });
  add("rope.freq_base", { float32: config.ropeTheta });
  if (name === "llama") {
    add("rope.dimension_count", { uint32: headDim });
    add("vocab_size", { uint32: config.vocabSize });
  }
  if (config.attentionSoftcap) add("attn_logit_softcapping", { float32: config.attentionSoftcap });
  if (config.finalSoftcap) add("final_logit_softcapping", { float32: config.finalSoftcap });
  if (gemma) {
    if (config.slidingWindow === undefined) fail("that there is no window", "one", "none");
    add("attention.sliding_window", { uint32: config.slidingWindow! });
    const usual = PERIODS[name]!;
    const periods = [usual, ...Array.from({ length: layers + 1 }, (_, i) => i + 1)];
    const period = periods.find((each) => isPeriod(config.slidingLayers, each));
    if (period === undefined)
      fail("its order of layers", "every n-th layer seeing everything", config.slidingLayers.join(" "));
    // Older releases of llama.cpp know the usual order alone and read no key.
    if (period !== usual) add("attention.sliding_window_pattern", { uint32: period! });
  }
  if (config.slidingRopeTheta !== undefined) add("rope.freq_base_swa", { float32: config.slidingRopeTheta });
  const { ropeScaling } = config;
  if (!ropeScaling) return { name, architecture, metadata };
  if (!("factors" in ropeScaling) && !("lowFreqFactor" in ropeScaling)) {
    add("rope.scaling.type", { string: "linear" });
    add("rope.scaling.factor", { float32: ropeScaling.factor });
    return { name, architecture, metadata };
  }
  const scaled = ropeFrequencies(config);
  const plain = ropeFrequencies({ headDim, ropeTheta: config.ropeTheta });
  return {
    name,
    architecture,
    metadata,
    ropeFactors: Float32Array.from(plain, (one, i) => one / scaled[i]!),
  };
}
