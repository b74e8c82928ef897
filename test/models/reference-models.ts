// The small reference models of all families, each with outputs of transformers beside it.
import * as path from "node:path";

const SETS = path.join(__dirname, "../fixtures/oracles");

export const REFERENCE_MODELS = ["gemma2", "gemma3", "qwen3", "llama32", "solar"] as const;

/** The folder of a reference model; Gemma 3's came later and lie in a set of their own. */
export const referenceModel = (name: string): string =>
  path.join(SETS, name.startsWith("gemma3") ? "gemma3" : "models", name);
