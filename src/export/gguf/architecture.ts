// What a decoder's configuration says in the metadata of a GGUF file, and what llama.cpp computes whatever the metadata say
// (conversion/{llama,gemma,qwen}.py; src/models/{llama,gemma2,gemma3,qwen3}.cpp).
import type { NewValue } from "../../base/gguf/write";
import type { DecoderConfig } from "../../models/config";
import { ConfigError } from "../../models/config-fields";
import type { LinearScaling, RopeScaling } from "../../models/config-rope";
import { ARCHITECTURES, type Architecture, scaledBy } from "../../models/gguf/architectures";
import { ropeFrequencies } from "../../models/rope";

export interface WrittenArchitecture {
  name: string;
  architecture: Architecture;
  metadata: Record<string, NewValue>;
  /** What each frequency of rotary embedding is divided by: [headDim / 2], where the metadata cannot say it. */
  ropeFactors?: Float32Array;
}

/** Architectures whose layers slide, but one in so many where the metadata do not say. */
const PERIODS: Readonly<Record<string, number>> = { gemma2: 2, gemma3: 6 };

/** Throws ConfigError where llama.cpp computes with something else than the configuration says, whatever a file states. */
function checkArithmetic(name: string, config: DecoderConfig): void {
  const fail = (what: string, expected: string, stated: unknown): never => {
    throw new ConfigError(
      `A GGUF file of a ${name} model cannot state ${what}: llama.cpp computes with ${expected}, the model with ${stated}.`,
    );
  };
  const { headDim, numHiddenLayers: layers, hiddenSize: hidden, numAttentionHeads: heads } = config;
  const scalar = scaledBy(layers, name, { hidden, heads, headDim });
  if (Math.abs(config.attentionScale * Math.sqrt(scalar) - 1) > 1e-9)
    fail(
      "the scale of attention",
      `${scalar}^-0.5`,
      `${Number((config.attentionScale ** -2).toFixed(6))}^-0.5`,
    );
  if (name === "gemma2") {
    if (!config.attentionSoftcap) fail("that attention has no soft cap", "one", "none");
    if (!config.finalSoftcap) fail("that logits have no soft cap", "one", "none");
    if (!config.tieWordEmbeddings) fail("a head of its own", "the embedding as head", "another matrix");
  }
  if (name === "gemma3") {
    if (config.attentionSoftcap) fail("a soft cap of attention", "none", config.attentionSoftcap);
    if (config.finalSoftcap) fail("a soft cap of logits", "none", config.finalSoftcap);
  }
  if (!Object.hasOwn(PERIODS, name)) {
    if (config.slidingLayers.includes(true))
      fail("a sliding window", "full attention in every layer", `a window of ${config.slidingWindow}`);
  } else if (periodOf(name, config.slidingLayers) === undefined)
    fail("its order of layers", "every n-th layer seeing everything", config.slidingLayers.join(" "));
}

/** Every how-manieth layer sees everything: the usual number where it fits; undefined where none does. */
function periodOf(name: string, layers: readonly boolean[]): number | undefined {
  const periods = [PERIODS[name]!, ...Array.from({ length: layers.length + 1 }, (_, i) => i + 1)];
  return periods.find((period) => layers.every((slides, layer) => slides === ((layer + 1) % period !== 0)));
}

/** Keys below the architecture's name. */
function keysOf(name: string, config: DecoderConfig): Record<string, NewValue> {
  const { headDim, ropeScaling } = config;
  const keys: Record<string, NewValue> = {
    context_length: { uint32: config.maxPositionEmbeddings },
    embedding_length: { uint32: config.hiddenSize },
    block_count: { uint32: config.numHiddenLayers },
    feed_forward_length: { uint32: config.intermediateSize },
    "attention.head_count": { uint32: config.numAttentionHeads },
    "attention.head_count_kv": { uint32: config.numKeyValueHeads },
    "attention.layer_norm_rms_epsilon": { float32: config.rmsNormEps },
    "attention.key_length": { uint32: headDim },
    "attention.value_length": { uint32: headDim },
    "rope.freq_base": { float32: config.ropeTheta },
  };
  if (name === "llama") {
    keys["rope.dimension_count"] = { uint32: headDim };
    keys.vocab_size = { uint32: config.vocabSize };
  }
  if (config.attentionSoftcap) keys.attn_logit_softcapping = { float32: config.attentionSoftcap };
  if (config.finalSoftcap) keys.final_logit_softcapping = { float32: config.finalSoftcap };
  if (Object.hasOwn(PERIODS, name)) {
    keys["attention.sliding_window"] = { uint32: config.slidingWindow! };
    const period = periodOf(name, config.slidingLayers)!;
    // Older releases of llama.cpp know the usual order alone and read no key.
    if (period !== PERIODS[name]) keys["attention.sliding_window_pattern"] = { uint32: period };
  }
  if (config.slidingRopeTheta !== undefined)
    keys["rope.freq_base_swa"] = { float32: config.slidingRopeTheta };
  if (ropeScaling && isLinear(ropeScaling)) {
    keys["rope.scaling.type"] = { string: "linear" };
    keys["rope.scaling.factor"] = { float32: ropeScaling.factor };
  }
  return Object.fromEntries(Object.entries(keys).map(([key, value]) => [`${name}.${key}`, value]));
}

const isLinear = (scaling: RopeScaling): scaling is LinearScaling =>
  "factor" in scaling && !("lowFreqFactor" in scaling);

/** Throws ConfigError for a model that llama.cpp would compute otherwise. */
export function writtenArchitecture(config: DecoderConfig): WrittenArchitecture {
  const found = Object.entries(ARCHITECTURES).find(([, { modelType }]) => modelType === config.modelType);
  if (!found) throw new ConfigError(`model_type "${config.modelType}" has no architecture in GGUF files.`);
  const [name, architecture] = found;
  checkArithmetic(name, config);
  const written = { name, architecture, metadata: keysOf(name, config) };
  const { headDim, ropeTheta, ropeScaling } = config;
  if (!ropeScaling || isLinear(ropeScaling)) return written;
  const scaled = ropeFrequencies(config);
  const plain = ropeFrequencies({ headDim, ropeTheta });
  return { ...written, ropeFactors: Float32Array.from(plain, (one, i) => one / scaled[i]!) };
}
