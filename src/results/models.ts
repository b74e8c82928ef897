// The compared models: what they are, what they cost and how they scored.
import type { Scores, TestSet } from "./scores";

export interface ModelRow {
  model: string;
  family: string;
  publishedName: string;
  parameters: number;
  fileBytes: number;
  memoryBytes: number;
  firstTokenMs: number;
  tokensPerSecond: number;
  scores: Record<TestSet, Scores>;
  largerSibling: string | null /* same tokenizer hash */;
  samples: { id: string; text: string }[];
}

/** The fields of a Hugging Face config.json that the architecture drawing and table use. */
export interface ModelConfig {
  model_type: string;
  vocab_size: number;
  hidden_size: number;
  intermediate_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  num_key_value_heads: number;
  head_dim?: number;
  sliding_window?: number | null;
  attn_logit_softcapping?: number | null;
  final_logit_softcapping?: number | null;
  rope_theta?: number;
  /** RoPE base of sliding layers, where they have their own. */
  rope_local_base_freq?: number;
  tie_word_embeddings?: boolean;
}
