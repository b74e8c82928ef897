// A run of the study from nothing, beside the finished ones: its own folder of stages, put away afterwards.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { hashOf, ROOT } from "./stage";

export interface FreshRun {
  /** Where the run's results.json, samples.jsonl and stages lie. */
  folder: string;
  remove(): void;
}

/**
 * Runs all notebooks of a profile with no finished stage: an earlier run of that profile steps aside meanwhile and comes
 * back when the new one is removed. Throws when the study ends with an error.
 */
export async function freshRun(profile: string): Promise<FreshRun> {
  const runs = path.join(ROOT, "data/runs");
  const folder = path.join(runs, profile);
  const aside = path.join(runs, `${profile}-set-aside`);
  if (fs.existsSync(aside)) {
    throw new Error(
      `${path.relative(ROOT, aside)} is there: an earlier check was cut off. Put it back as data/runs/${profile} or remove it.`,
    );
  }
  if (fs.existsSync(folder)) fs.renameSync(folder, aside);
  const remove = () => {
    fs.rmSync(folder, { recursive: true, force: true });
    if (fs.existsSync(aside)) fs.renameSync(aside, folder);
  };
  const command = path.join(__dirname, "commands/study.ts");
  const reports = path.join(folder, "reports");
  const { status } = spawnSync(
    process.execPath,
    ["--require", "tsx/cjs", command, "--profile", profile, "--reports", reports],
    { cwd: ROOT, stdio: ["inherit", "inherit", "inherit"] },
  );
  if (status !== 0) {
    remove();
    throw new Error(`The study of the profile ${profile} ended with exit code ${status}.`);
  }
  return { folder, remove };
}

/** Fields whose values are times, speeds or memory of a run, and so never the same twice. */
export const TIMING_FIELDS = [
  "seconds",
  "tokensPerSecond",
  "firstTokenMs",
  "memoryBytes",
  "started",
  "finished",
  "duration",
  "date",
  "time",
];

const isTiming = (key: string): boolean => TIMING_FIELDS.some((field) => key === field);

function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !isTiming(key))
      .map(([key, inner]) => [key, withoutTimes(inner)]),
  );
}

// What is a record of time and progress alone.
const LEFT_OUT = /(^|\/)(seconds\.json|study\.json|notebooks\.json|[^/]*tfevents[^/]*)$|^reports\//;

/** Hashes of a run's artifacts by file name; JSON without its timing fields, all else byte by byte. */
export function hashesOf(folder: string): Map<string, string> {
  const files = (fs.readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => fs.statSync(path.join(folder, file)).isFile() && !LEFT_OUT.test(file))
    .sort();
  return new Map(
    files.map((file) => {
      const bytes = fs.readFileSync(path.join(folder, file));
      if (/\.jsonl?$/.test(file)) {
        const lines = file.endsWith("l") ? bytes.toString("utf8").split("\n") : [bytes.toString("utf8")];
        return [
          file,
          hashOf(lines.filter((line) => line.trim()).map((line) => withoutTimes(JSON.parse(line)))),
        ];
      }
      return [file, hashOf(bytes.toString("base64"))];
    }),
  );
}
