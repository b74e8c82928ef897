// Gemma 3 (arXiv 2503.19786): Gemma-2 with normed queries and keys for soft caps, five sliding layers to a full one, and a
// RoPE base for each of the two kinds.
import type { ConfigFields } from "../config-fields";
import { type Family, windowFields } from "./family";

/** Every sixth layer sees everything where the file says nothing else. */
const PATTERN = 6;

/** What Gemma3TextConfig of transformers has for fields that a multimodal model's file leaves out, RoPE apart. */
const CLASS_DEFAULTS = {
  model_type: "gemma3_text",
  vocab_size: 262_208,
  hidden_size: 2304,
  intermediate_size: 9216,
  num_hidden_layers: 26,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  head_dim: 256,
  hidden_activation: "gelu_pytorch_tanh",
  max_position_embeddings: 131_072,
  rms_norm_eps: 1e-6,
  query_pre_attn_scalar: 256,
  sliding_window: 4096,
  bos_token_id: 2,
  eos_token_id: 1,
  pad_token_id: 0,
};
const ROPE_DEFAULTS = { rope_theta: 1_000_000, rope_local_base_freq: 10_000 };

/** From `layer_types`, else from the pattern. */
function slidingLayers(fields: ConfigFields, layers: number): boolean[] {
  const types = fields.layerTypes(layers);
  const pattern = fields.optionalCount("sliding_window_pattern") ?? PATTERN;
  const saved = fields.optionalCount("_sliding_window_pattern") ?? pattern;
  if (types) return types;
  // transformers saves this one beside layer_types, and without those takes its default whatever stands here.
  if (saved !== pattern) fields.fail("_sliding_window_pattern", `${pattern}, or layer_types beside it`);
  return Array.from({ length: layers }, (_, layer) => (layer + 1) % pattern !== 0);
}

export const gemma3: Family = {
  modelType: "gemma3_text",
  architecture: "Gemma3ForCausalLM",
  activation: { fields: ["hidden_activation"], name: "gelu_pytorch_tanh", is: "gelu_tanh" },
  absent: { tie_word_embeddings: true, attn_logit_softcapping: null, final_logit_softcapping: null },
  derivesHeads: false,
  ropeScaling: ["linear"],
  slidingTheta: "rope_local_base_freq",
  normOffset: 1,
  postNorms: true,
  queryKeyNorm: true,
  scalesEmbedding: true,
  softcaps: true,
  sliding: (fields, layers) => ({
    window: fields.optionalCount("sliding_window", true),
    layers: slidingLayers(fields, layers),
  }),
  slidingFields: windowFields,
  fixed: { attention_bias: [false], use_bidirectional_attention: [null, false] },
  wrapper: {
    modelType: "gemma3",
    textConfig: "text_config",
    absent: (stated) => ({
      ...CLASS_DEFAULTS,
      ...(stated.get("rope_parameters") ? {} : ROPE_DEFAULTS),
    }),
    harmless: ["vision_config", "mm_tokens_per_image"],
    // As published in 2025, and as transformers has saved it from 4.52 on.
    prefixes: [
      ["language_model.", ""],
      ["model.language_model.", "model."],
    ],
    otherParts: ["vision_tower.", "multi_modal_projector."].flatMap((part) => [part, `model.${part}`]),
  },
};
