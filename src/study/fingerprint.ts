// What a stage left on disk as hashes, without what no two runs share: times, speeds, memory. Equal runs have equal ones.
import * as fs from "node:fs";
import * as path from "node:path";
import { hashFiles, hashOf } from "./stage";

/** Fields that measure the run and not its result. */
export const MEASURED: ReadonlySet<string> = new Set([
  "seconds",
  "tokensPerSecond",
  "firstTokenMs",
  "memory",
  "memoryBytes",
  "msPerItem",
]);
/** Files that tell only when and how long. */
const LEFT_OUT = /(^|\/)(seconds\.json|tensorboard\/.*|writer\.lock|.*\.tmp)$/;

/** A JSON value without the fields that measure the run. */
function unmeasured(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmeasured);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !MEASURED.has(key))
      .map(([key, inner]) => [key, unmeasured(inner)]),
  );
}

/** Names for the keys of a run's stages: two versions of the code give other keys to what is otherwise the same. */
type KeyNames = ReadonlyMap<string, string>;

function fingerprintOf(file: string, names: KeyNames): string {
  const text = () => {
    let read = fs.readFileSync(file, "utf8");
    for (const [key, name] of names) read = read.replaceAll(key, name);
    return read;
  };
  if (file.endsWith("result.json")) {
    const result = JSON.parse(text()) as { value: unknown };
    // With other keys the inputs are told otherwise too.
    return hashOf(unmeasured(names.size > 0 ? result.value : result));
  }
  if (!file.endsWith("log.jsonl")) {
    return names.size > 0 && file.endsWith(".json") ? hashOf(JSON.parse(text())) : hashFiles([file]);
  }
  return hashOf(
    text()
      .split("\n")
      .filter(Boolean)
      .map((line) => unmeasured(JSON.parse(line))),
  );
}

/**
 * sha256 of every file below a stage's folder, by path; of logs and results what they say apart from measurements, and with
 * `names` in the place of keys.
 */
export function fingerprint(directory: string, names: KeyNames = new Map()): Record<string, string> {
  const files = (fs.readdirSync(directory, { recursive: true }) as string[])
    .filter((file) => fs.statSync(path.join(directory, file)).isFile() && !LEFT_OUT.test(file))
    .sort();
  return Object.fromEntries(files.map((file) => [file, fingerprintOf(path.join(directory, file), names)]));
}
