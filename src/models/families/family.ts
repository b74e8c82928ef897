// What a family of decoders is: the rules by which its config.json becomes a DecoderConfig.
import type { DecoderConfig } from "../config";
import type { ConfigFields } from "../config-fields";

/** A published model of more parts than the decoder (Gemma 3 with eyes): where the decoder's fields and tensors stand in it. */
export interface Wrapper {
  modelType: string;
  /** The field of its config.json that holds the decoder's own. */
  textConfig: string;
  /** What fields that are left out there mean. */
  absent(stated: ConfigFields): Record<string, unknown>;
  /** Fields beside it that say nothing of the decoder. */
  harmless: string[];
  /** How the decoder's tensors begin in its files, and in those of a decoder alone. */
  prefixes: [stored: string, own: string][];
  /** How tensors of its other parts begin. */
  otherParts: string[];
}

export interface Family {
  modelType: string;
  /** The class that config.json names. */
  architecture: string;
  /** Fields of config.json that may name the activation, the one name they may hold, and ours. */
  activation: { fields: string[]; name: string; is: "gelu_tanh" | "silu" };
  /** What absent fields mean. */
  absent: Record<string, unknown>;
  /** Whether an absent `head_dim` means hidden_size / num_attention_heads and absent key-value heads mean as many as heads. */
  derivesHeads: boolean;
  /** The `rope_type`s known besides "default". */
  ropeScaling: readonly ("llama3" | "longrope" | "linear")[];
  /** The field of the RoPE base of sliding layers, where they have one of their own. */
  slidingTheta?: string;
  /** The weight of an RMSNorm is (offset + w). */
  normOffset: 0 | 1;
  postNorms: boolean;
  queryKeyNorm: boolean;
  /** Whether embeddings are multiplied by sqrt(hiddenSize). */
  scalesEmbedding: boolean;
  /** Whether query_pre_attn_scalar and the two soft caps are fields of the family. */
  softcaps: boolean;
  /** Window and the layers that have it. */
  sliding(fields: ConfigFields, layers: number): { window?: number; layers: boolean[] };
  /** The fields that `sliding` reads, for a configuration. */
  slidingFields(config: Pick<DecoderConfig, "slidingWindow" | "slidingLayers">): Record<string, unknown>;
  /** Fields that change the arithmetic and are supported with these values only (or absent). */
  fixed: Record<string, unknown[]>;
  wrapper?: Wrapper;
}

/** `sliding_window` and `layer_types`, as the configurations of most families have them. */
export const windowFields: Family["slidingFields"] = ({ slidingWindow, slidingLayers }) => ({
  sliding_window: slidingWindow ?? null,
  layer_types: slidingLayers.map((slides) => (slides ? "sliding_attention" : "full_attention")),
});
