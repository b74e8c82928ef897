// Whether two folders of runs hold the same artifacts: byte for byte, but for the times that are written into some.
import * as fs from "node:fs";
import * as path from "node:path";

/** Fields of JSON and JSON Lines that say how long something took or how much memory it held: another run has others. */
export const TIME_FIELDS = ["seconds", "tokensPerSecond", "firstTokenMs", "memory", "memoryBytes"];

/** Files that hold nothing but times: the stage's clock, and TensorBoard's events with their wall time. */
export const TIME_FILES = [/(^|\/)seconds\.json$/, /(^|\/)tensorboard\//];

/** The model card's line on the time of the training. */
const CARD_TIME = /^\| time \|.*$/m;

function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !TIME_FIELDS.includes(key))
      .map(([key, inner]) => [key, withoutTimes(inner)]),
  );
}

/** What is compared of a file: its bytes, or its text without times. */
function content(file: string): string {
  const bytes = fs.readFileSync(file);
  const stripped = (text: string) => JSON.stringify(withoutTimes(JSON.parse(text)));
  if (file.endsWith(".json")) return stripped(bytes.toString("utf8"));
  if (file.endsWith(".jsonl")) {
    const lines = bytes.toString("utf8").split("\n");
    return lines.map((line) => (line === "" ? "" : stripped(line))).join("\n");
  }
  if (path.basename(file) === "README.md") return bytes.toString("utf8").replace(CARD_TIME, "");
  return bytes.toString("latin1");
}

/** All files below a folder, relative, sorted; empty when there is none. */
function filesBelow(folder: string): string[] {
  return (fs.readdirSync(folder, { recursive: true, withFileTypes: true }) as fs.Dirent[])
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => !TIME_FILES.some((pattern) => pattern.test(file)))
    .sort();
}

/** One line for each file that is missing, extra (a lock, a temporary file, a checkpoint left behind) or different. */
export function differences(expected: string, found: string): string[] {
  const wanted = filesBelow(expected);
  const there = filesBelow(found);
  return [
    ...wanted.filter((file) => !there.includes(file)).map((file) => `missing: ${file}`),
    ...there.filter((file) => !wanted.includes(file)).map((file) => `left over: ${file}`),
    ...wanted
      .filter((file) => there.includes(file))
      .filter((file) => content(path.join(expected, file)) !== content(path.join(found, file)))
      .map((file) => `different: ${file}`),
  ];
}
