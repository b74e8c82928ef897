// The models whose GGUF files are checked with gguf-py and llama.cpp, in all forms, and where the outcome is kept.
import * as fs from "node:fs";
import * as path from "node:path";
import { GGUF_TYPES, type GgufType } from "../../../src/export/gguf/tensors";
import type { RealModelName } from "../../../src/tools/real-models";

const ROOT = path.resolve(__dirname, "../../..");
const FIXTURES = path.join(ROOT, "test/fixtures/gguf");

export const TYPES = Object.keys(GGUF_TYPES) as GgufType[];
/** One of every family, tied and not, with every kind of tokenizer that is written. */
export const SMALL: Readonly<Record<string, string>> = {
  gemma2: path.join(ROOT, "data/models/gemma2-student"),
  gemma3: path.join(FIXTURES, "gemma3.gguf"),
  qwen3: path.join(ROOT, "data/models/qwen3"),
  llama: path.join(ROOT, "data/models/llama32"),
  solar: path.join(ROOT, "data/models/solar"),
};
/** Real ones, by their names in tools/real-models.ts. */
export const REAL: Readonly<Record<string, RealModelName>> = {
  "smollm2-135m": "smollm2",
  "gemma3-270m": "gemma3",
};
export const MODELS = [...Object.keys(SMALL), ...Object.keys(REAL)];
export const OUTCOME = path.join(FIXTURES, "outcome.json");

export const readOutcomes = (): Outcome[] =>
  fs.existsSync(OUTCOME) ? JSON.parse(fs.readFileSync(OUTCOME, "utf8")) : [];

/** What is known of one file. */
export interface Outcome {
  model: string;
  type: GgufType;
  sha256: string;
  bytes: number;
  /** gguf-py: tensors of each format, and of formats that it can make those that are its own bytes. */
  tensors: Record<string, number>;
  identical: number;
  comparable: number;
  /** gguf-py: root mean square of the error of the formats that it cannot make, as a part of the values' own. */
  relativeError: Record<string, number>;
  /** llama.cpp: texts whose ids are the project's, with control tokens taken for text and for themselves. */
  texts: number;
  sameIds: number;
  sameIdsWithControls: number;
  /** The largest difference of a token's log-probability from the project's engine, in nats, over so many tokens. */
  logProbability: number;
  scored: number;
  /** Mean KL(F32 || this form) in llama.cpp, in nats. */
  kl: number;
  /** Tokens of the greedy continuation that are the engine's, before the first that is not. */
  greedy: number;
  continued: number;
}
