// JSON files of the project and of its runs: an error names the file, what is wrong with it and what brings it back.
import { existsSync, readFileSync } from "node:fs";
import { parseJson } from "./json";

/** Advice for a file that git keeps. */
export const committed = (file: string): string =>
  `\`git checkout -- ${file}\` brings the committed one back.`;

/** The value of JSON text; throws with the place (a file, or a file and line), what was found, and the remedy. */
export function parseJsonAt<T>(text: string, place: string, remedy: string): T {
  try {
    return parseJson(text) as T;
  } catch (error) {
    const found = text.trim() === "" ? "an empty text" : (error as Error).message;
    throw new Error(`${place}: expected JSON, found: ${found}. ${remedy}`);
  }
}

/** Reads a JSON file; throws where it is missing or broken, with the remedy. */
export function readJson<T>(file: string, remedy = committed(file)): T {
  if (!existsSync(file)) throw new Error(`${file} does not exist. ${remedy}`);
  return parseJsonAt<T>(readFileSync(file, "utf8"), file, remedy);
}

/** Throws where a value lacks fields that its readers rely on: such a file is of another kind, or of an older version. */
export function requireFields(value: unknown, fields: readonly string[], file: string, remedy: string): void {
  const missing =
    typeof value === "object" && value !== null ? fields.filter((field) => !(field in value)) : fields;
  if (missing.length > 0)
    throw new Error(
      `${file}: expected the fields ${fields.join(", ")}; missing: ${missing.join(", ")}. ${remedy}`,
    );
}
