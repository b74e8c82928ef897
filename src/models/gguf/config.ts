// A decoder's config.json made out of a GGUF file's metadata and the shapes of its tensors.
import type { GgufFile } from "../../base/gguf/file";
import { familyOf } from "../families/families";
import { type Architecture, ArchitectureKeys, architectureOf } from "./architectures";

const EMBEDDING = "token_embd.weight";
/** What each frequency of rotary embedding is divided by: how Llama 3's scaling is stored. */
export const ROPE_FACTORS = "rope_freqs.weight";

/** Keys that say nothing of what is computed. */
const HARMLESS = ["vocab_size", "tensor_data_layout", "rope.scaling.finetuned"];

/** Rows of the embedding. */
function vocabSize(file: GgufFile): number {
  const rows = file.has(EMBEDDING) ? file.tensor(EMBEDDING).shape[0]! : 0;
  const tokens = file.metadata.get("tokenizer.ggml.tokens");
  if (Array.isArray(tokens) && tokens.length > rows) {
    file.metadata.fail(
      "tokenizer.ggml.tokens",
      `at most ${rows} tokens, the rows of ${EMBEDDING}, not ${tokens.length}`,
    );
  }
  return rows;
}

/** Scaling of rotary embedding as transformers spells it. */
function ropeScaling(file: GgufFile, keys: ArchitectureKeys): Record<string, unknown> | undefined {
  const type = keys.optionalText("rope.scaling.type") ?? "none";
  const factor = keys.optionalNumber("rope.scaling.factor") ?? keys.optionalNumber("rope.scale_linear");
  const original = keys.optionalNumber("rope.scaling.original_context_length");
  if (file.has(ROPE_FACTORS)) {
    if (type !== "none") keys.fail("rope.scaling.type", `none beside ${ROPE_FACTORS}`);
    // transformers' name for a factor a frequency: two lists, one for texts beyond a length, here the same.
    const factors = readFactors(file);
    return { rope_type: "longrope", short_factor: factors, long_factor: factors, attention_factor: 1 };
  }
  if (type === "none") return undefined;
  return {
    rope_type: type,
    factor,
    ...(original !== undefined && { original_max_position_embeddings: original }),
  };
}

function readFactors(file: GgufFile): number[] {
  const { type, byteLength } = file.tensor(ROPE_FACTORS);
  if (type.name !== "F32")
    file.metadata.fail("general.architecture", `${ROPE_FACTORS} in F32, not ${type.name}`);
  const factors = new Float32Array(byteLength / 4);
  file.read(ROPE_FACTORS, new Uint8Array(factors.buffer), 0);
  return [...factors];
}

/** The config.json of the decoder in an open GGUF file. Throws GgufError for metadata that are missing or not understood. */
export function ggufConfig(file: GgufFile): Record<string, unknown> {
  const { name, architecture } = architectureOf(file.metadata);
  const keys = new ArchitectureKeys(file.metadata, name);
  const layers = keys.number("block_count");
  const hidden = keys.number("embedding_length");
  const heads = keys.number("attention.head_count");
  const headDim = keys.optionalNumber("attention.key_length") ?? hidden / heads;
  if (!Number.isInteger(headDim)) keys.fail("attention.head_count", `a divisor of the width ${hidden}`);
  keys.fixed("attention.value_length", headDim);
  keys.fixed("rope.dimension_count", headDim);
  keys.fixed("attention.causal", true);
  const config = {
    architectures: [familyOf(architecture.modelType)!.architecture],
    model_type: architecture.modelType,
    vocab_size: vocabSize(file),
    hidden_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: keys.optionalNumber("attention.head_count_kv") ?? heads,
    head_dim: headDim,
    intermediate_size: keys.number("feed_forward_length"),
    max_position_embeddings: keys.number("context_length"),
    rms_norm_eps: keys.number("attention.layer_norm_rms_epsilon"),
    rope_theta: keys.optionalNumber("rope.freq_base") ?? 10_000,
    rope_scaling: ropeScaling(file, keys) ?? null,
    tie_word_embeddings: !file.has("output.weight"),
    ...architecture.fields(keys, { layers, hidden, heads, headDim }),
  };
  for (const key of HARMLESS) keys.get(key);
  keys.rejectUnknown();
  return config;
}

const MODEL_TENSORS: Readonly<Record<string, string>> = {
  [EMBEDDING]: "model.embed_tokens.weight",
  "output_norm.weight": "model.norm.weight",
  "output.weight": "lm_head.weight",
};

/** What config.json's family calls a tensor; undefined for one that it does not have. */
export function familyName({ layer }: Architecture, stored: string): string | undefined {
  const known = Object.hasOwn(MODEL_TENSORS, stored) ? MODEL_TENSORS[stored] : undefined;
  if (known !== undefined) return known;
  const [, number, part] = /^blk\.(\d+)\.(\w+)\.weight$/.exec(stored) ?? [];
  return part !== undefined && Object.hasOwn(layer, part)
    ? `model.layers.${number}.${layer[part]}.weight`
    : undefined;
}

/** What a GGUF file calls a tensor of config.json's family: the reverse of `familyName`. Throws for a name that it has not. */
export function storedName({ layer }: Architecture, name: string): string {
  const known = Object.keys(MODEL_TENSORS).find((stored) => MODEL_TENSORS[stored] === name);
  if (known !== undefined) return known;
  const [, number, part] = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(name) ?? [];
  const stored = Object.keys(layer).find((key) => layer[key] === part);
  if (stored === undefined) throw new Error(`A GGUF file has no name for the tensor "${name}".`);
  return `blk.${number}.${stored}.weight`;
}
