// JSON files beside a model's weights, read with checks.
import * as fs from "node:fs";

/** A model's configuration that is incomplete, inconsistent or not understood. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/** Reads a JSON file that must hold an object; throws ConfigError. */
export function readJsonObject(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch {
    throw new ConfigError(`${file}: the file is not there or cannot be read`);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${file}: expected JSON, found: ${(error as Error).message}`);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new ConfigError(`${file}: expected a JSON object`);
  }
  return parsed as Record<string, unknown>;
}
