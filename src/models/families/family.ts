// What a family of decoders is: the rules by which its config.json becomes a DecoderConfig.
import type { ConfigFields } from "../config-fields";

export interface Family {
  modelType: "gemma2" | "qwen3" | "llama";
  /** Fields of config.json that may name the activation, the one name they may hold, and ours. */
  activation: { fields: string[]; name: string; is: "gelu_tanh" | "silu" };
  /** What an absent `tie_word_embeddings` means. */
  tiedByDefault: boolean;
  /** Whether an absent `head_dim` means hidden_size / num_attention_heads and absent key-value heads mean as many as heads. */
  derivesHeads: boolean;
  /** Whether `rope_type` "llama3" is known. */
  scalesRope: boolean;
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
  /** Fields that change the arithmetic and are supported with these values only (or absent). */
  fixed: Record<string, unknown[]>;
}
