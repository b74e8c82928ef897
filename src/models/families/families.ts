// The families of decoders that the project knows; a new one is a file beside this and a line here.
import type { Family } from "./family";
import { gemma2 } from "./gemma2";
import { gemma3 } from "./gemma3";
import { llama } from "./llama";
import { qwen3 } from "./qwen3";

export const FAMILIES: readonly Family[] = [gemma2, gemma3, qwen3, llama];

/** The family of a `model_type` of config.json; undefined for an unknown one. */
export function familyOf(modelType: unknown): Family | undefined {
  return FAMILIES.find((family) => family.modelType === modelType);
}

/** The family of the decoder inside a model of more parts, by the `model_type` of that. */
export function wrappedFamily(modelType: unknown): Family | undefined {
  return FAMILIES.find(({ wrapper }) => wrapper !== undefined && wrapper.modelType === modelType);
}
