// Whether a model's place is a GGUF file: one named as such, or the only one of a folder that holds no other model.
import * as fs from "node:fs";
import * as path from "node:path";
import { GgufError } from "./cursor";

const isGguf = (name: string) => name.toLowerCase().endsWith(".gguf");
/** A later part of a model is opened with its first. */
const isLaterPart = (name: string) =>
  /-\d{5}-of-\d{5}\.gguf$/.test(name) && !/-00001-of-\d{5}\.gguf$/.test(name);

/**
 * The GGUF file that `place` means, or undefined where it is a folder of Hugging Face files. Throws GgufError where a
 * folder has several models to choose from.
 */
export function ggufOf(place: string): string | undefined {
  if (!fs.statSync(place, { throwIfNoEntry: false })?.isDirectory()) return isGguf(place) ? place : undefined;
  if (fs.existsSync(path.join(place, "config.json"))) return undefined;
  const models = fs.readdirSync(place).filter((name) => isGguf(name) && !isLaterPart(name));
  if (models.length > 1) {
    throw new GgufError(
      `${place}: expected one GGUF model, found ${models.sort().join(", ")}: name the one to open`,
    );
  }
  return models[0] && path.join(place, models[0]);
}
