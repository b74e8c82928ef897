// The result tables that figures and report draw from; every number in them comes out of a run.
import type { Split } from "../corpus/item";
import type { Audit } from "./audit";
import type { LighterResults } from "./lighter";
import type { RetrievalRow, SearchStudy } from "./search-study";
import type { SystemId } from "./system-id";

export type { SystemId };

export type TestSet = "in-domain" | "other" | "all"; // 100 / 106 / 206 items

export interface PRF {
  precision: number;
  recall: number;
  f: number;
}

export type RougeType = "rouge1" | "rouge2" | "rougeL" | "rougeLsum";

export interface ScoreSet {
  items: number;
  rouge: Record<string /* tokenizer name */, Record<RougeType, PRF>>;
  bertscore: PRF;
  keptFacts: number;
  inventedFacts: number;
  meanCharacters: number;
  emptyForTokenizer: Record<string, number>;
}

export interface SystemResult {
  system: SystemId;
  model: string;
  scores: Record<TestSet, ScoreSet>;
  interval95: Record<
    TestSet,
    Record<string /* e.g. "rouge1.whitespace" | "bertscore.f" | "keptFacts" */, [number, number]>
  >;
}

export interface Comparison {
  a: SystemId;
  b: SystemId;
  testSet: TestSet;
  metric: string;
  difference: number /* a minus b */;
  interval95?: [number, number] /* of the difference */;
  p: number;
  pHolm: number;
  effectSize: number;
  detectable: number;
  verdict: "a" | "b" | "tie";
}

export interface ModelRow {
  model: string;
  family: string;
  publishedName: string;
  parameters: number;
  fileBytes: number;
  memoryBytes: number;
  firstTokenMs: number;
  tokensPerSecond: number;
  scores: Record<TestSet, ScoreSet>;
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
  tie_word_embeddings?: boolean;
}

export interface CurvePoint {
  /** Counted from 0. */
  step: number;
  loss: number;
  learningRate: number;
  gradientNorm: number;
  tokensPerSecond: number;
  seconds: number;
}

export interface TrainingRun {
  name: string;
  system: SystemId;
  settings: Record<string, number | string>;
  curve: CurvePoint[];
  validation: { step: number; loss: number; rouge1?: number }[];
  seconds: number;
}

/** What a way of decoding cost over the same documents, one at a time. */
export interface DecodingRow {
  system: SystemId;
  /** Plain greedy; drafts looked up in the prompt; drafts of the distilled student. */
  method: "plain" | "lookup" | "student";
  texts: number;
  /** Texts equal to plain decoding's, token by token. */
  identical: number;
  tokens: number;
  /** Passes of the system's model. */
  passes: number;
  drafted: number;
  accepted: number;
  seconds: number;
}

/** Hashes (sha256) of what the scores rest on, and how each score came about. */
export interface Provenance {
  data: string;
  /** Of all prompts' token ids. */
  prompts: string;
  /** Of the base model's files for the untuned system, else the key of the training run. */
  models: Record<SystemId, string>;
  predictions: Record<SystemId, string>;
  encoder: { name: string; layer: number; model: string; tokenizer: string };
  /** By "rouge.<tokenizer>", "bertscore" and "facts". */
  signatures: Record<string, string>;
}

export interface StudyResults {
  profile: "smoke" | "tiny" | "paper" | "rehearsal";
  seed: number;
  synthetic: boolean;
  machine: Record<string, string>;
  counts: Record<Split, number>;
  models: ModelRow[];
  systems: SystemResult[];
  comparisons: Comparison[];
  training: TrainingRun[];
  cache: { bytesPerToken: number; tokens: number; klError: number; topK: number; teacherEntropy: number };
  seconds: Record<string, number>;
  seeds?: { seed: number; systems: SystemResult[] }[];
  retrieval?: RetrievalRow[];
  /** The encoder and queries behind `retrieval`, tests between indexes, misses and the map. */
  search?: Omit<SearchStudy, "rows">;
  architecture?: { student: ModelConfig; teacher: ModelConfig };
  lighter?: LighterResults /* forms of the distilled student, from notebook 09 */;
  repeatability?: { system: SystemId; items: number; identical: number } /* the same input given twice */;
  provenance?: Provenance;
  audit?: Audit;
}
