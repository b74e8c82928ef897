// Llama (arXiv 2407.21783) and models of its architecture: Llama-3.2 with scaled RoPE, SOLAR (arXiv 2312.15166).
import type { Family } from "./family";

export const llama: Family = {
  modelType: "llama",
  architecture: "LlamaForCausalLM",
  activation: { fields: ["hidden_act"], name: "silu", is: "silu" },
  absent: { tie_word_embeddings: false },
  derivesHeads: true,
  ropeScaling: ["llama3", "longrope"],
  normOffset: 0,
  postNorms: false,
  queryKeyNorm: false,
  scalesEmbedding: false,
  softcaps: false,
  sliding(fields, layers) {
    const types = fields.layerTypes(layers);
    if (types?.some((slides) => slides)) fields.fail("layer_types", "full_attention in every layer");
    return { layers: Array.from({ length: layers }, () => false) };
  },
  slidingFields: () => ({}),
  fixed: { attention_bias: [false], mlp_bias: [false], pretraining_tp: [1], sliding_window: [null] },
};
