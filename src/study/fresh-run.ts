// A run of the study from nothing, beside the finished ones: in its own folder of stages, removed afterwards.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { MEASURED } from "./fingerprint";
import { COMMAND_LINE, hashOf, ROOT } from "./stage";

export interface FreshRun {
  /** Where the run's results.json, samples.jsonl and stages lie. */
  folder: string;
  remove(): void;
}

/**
 * Runs all notebooks of a profile in a folder of its own, with no finished stage; finished runs stay as they are. Throws when
 * the study ends with an error.
 */
export function freshRun(profile: string): FreshRun {
  fs.mkdirSync(path.join(ROOT, "data/runs"), { recursive: true });
  const runs = fs.mkdtempSync(path.join(ROOT, "data/runs/fresh-"));
  const remove = () => fs.rmSync(runs, { recursive: true, force: true });
  const { status } = spawnSync(process.execPath, [...COMMAND_LINE, "study", "--profile", profile], {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, STUDY_RUNS: runs },
  });
  if (status !== 0) {
    remove();
    throw new Error(`The study of the profile ${profile} ended with exit code ${status}.`);
  }
  return { folder: path.join(runs, profile), remove };
}

/** Fields whose values are times, speeds or memory of a run, and so never the same twice. */
export const TIMING_FIELDS = [...MEASURED, "started", "finished", "duration", "date", "time"];

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

// What is a record of time and progress alone, and the study itself, which went in.
const LEFT_OUT =
  /(^|\/)(seconds\.json|study\.json|record\.json|notebooks\.json|[^/]*tfevents[^/]*)$|^reports\//;

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
