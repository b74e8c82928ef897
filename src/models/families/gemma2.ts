// Gemma-2 (arXiv 2408.00118): soft caps, a sliding window in every other layer, norms before and after each block.
import { type Family, windowFields } from "./family";

export const gemma2: Family = {
  modelType: "gemma2",
  architecture: "Gemma2ForCausalLM",
  activation: { fields: ["hidden_activation", "hidden_act"], name: "gelu_pytorch_tanh", is: "gelu_tanh" },
  absent: { tie_word_embeddings: true },
  derivesHeads: false,
  ropeScaling: [],
  normOffset: 1,
  postNorms: true,
  queryKeyNorm: false,
  scalesEmbedding: true,
  softcaps: true,
  sliding(fields, layers) {
    const window = fields.optionalCount("sliding_window", true);
    // The published gemma-2-9b-it states its window under a second name as well.
    fields.fixed("sliding_window_size", [window]);
    const alternating = Array.from({ length: layers }, (_, layer) => layer % 2 === 0);
    return { window, layers: fields.layerTypes(layers) ?? alternating };
  },
  slidingFields: windowFields,
  fixed: { attention_bias: [false], use_bidirectional_attention: [null, false] },
};
