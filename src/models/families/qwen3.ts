// Qwen3 (arXiv 2505.09388): RMSNorm of each query and key head; an optional sliding window in the upper layers.
import { type Family, windowFields } from "./family";

export const qwen3: Family = {
  modelType: "qwen3",
  architecture: "Qwen3ForCausalLM",
  activation: { fields: ["hidden_act"], name: "silu", is: "silu" },
  absent: { tie_word_embeddings: false },
  derivesHeads: false,
  ropeScaling: [],
  normOffset: 0,
  postNorms: false,
  queryKeyNorm: true,
  scalesEmbedding: false,
  softcaps: false,
  sliding(fields, layers) {
    const used = fields.flag("use_sliding_window", false);
    const window = fields.optionalCount("sliding_window", used);
    const types = fields.layerTypes(layers);
    const first = fields.optionalCount("max_window_layers", used && !types);
    if (!used) {
      if (types?.some((slides) => slides))
        fields.fail("layer_types", "no sliding layer while use_sliding_window is false");
      return { layers: Array.from({ length: layers }, () => false) };
    }
    return {
      window,
      layers: types ?? Array.from({ length: layers }, (_, layer) => layer >= (first as number)),
    };
  },
  slidingFields: (config) => ({
    ...windowFields(config),
    use_sliding_window: config.slidingLayers.includes(true),
  }),
  // Files made from Qwen2.5's say that they have no multimodal RoPE.
  fixed: { attention_bias: [false], use_mrope: [false] },
};
