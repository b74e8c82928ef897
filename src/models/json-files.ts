// JSON files beside a model's weights: read with checks, written as Python expects them.
import * as fs from "node:fs";
import { writeFileAtomic } from "../base/atomic-write";
import { parseJson } from "../base/json";

/** A model's configuration that is incomplete, inconsistent or not understood. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/** Reads a JSON file that must hold an object; throws ConfigError, for a name that stands twice too. */
export function readJsonObject(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch {
    throw new ConfigError(`${file}: the file is not there or cannot be read`);
  }
  let parsed: unknown;
  try {
    parsed = parseJson(text);
  } catch (error) {
    throw new ConfigError(`${file}: expected JSON, found: ${(error as Error).message}`);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new ConfigError(`${file}: expected a JSON object`);
  }
  return parsed as Record<string, unknown>;
}

/** Fields that transformers declares as float: it tells 8 from 8.0 in a file and refuses the former. */
const FLOATS = new Set(
  `rope_theta rope_local_base_freq rms_norm_eps attention_dropout attn_logit_softcapping final_logit_softcapping factor low_freq_factor
  high_freq_factor layer_norm_eps attention_probs_dropout_prob hidden_dropout_prob`.split(/\s+/),
);

/** Writes a configuration for transformers as indented JSON, atomically. */
export function writeHubJson(file: string, value: unknown): void {
  const text = JSON.stringify(value, null, 2).replace(/"(\w+)": (-?\d+)(?=,?\n)/g, (all, field, digits) =>
    FLOATS.has(field) ? `"${field}": ${digits}.0` : all,
  );
  writeFileAtomic(file, `${text}\n`);
}
