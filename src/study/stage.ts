// Stages: a typed input becomes an artifact on disk, keyed by the hash of everything that went in. Unchanged input, no work.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomic, writeJson } from "../base/atomic-write";
import { updateWithFile } from "../base/file-hash";
import { clearLock, takeLock } from "../base/lock";

/** The repository root; data, notebooks and reports lie below it. */
export const ROOT = path.resolve(__dirname, "../..");

/** Where runs are kept, a folder for each profile: data/runs, or what STUDY_RUNS names (a larger disk, a job's scratch). */
export const RUNS = path.resolve(ROOT, process.env.STUDY_RUNS || "data/runs");

/** Arguments with which Node starts the project's command line. */
export const COMMAND_LINE = ["--require", "tsx/cjs", path.join(ROOT, "src/cli.ts")];

/** A finished stage: its name and value, where its files are, the seconds that making it took, and its key. */
export interface Artifact<T> {
  stage: string;
  value: T;
  directory: string;
  seconds: number;
  key: string;
}

/** sha256 of a JSON value with object keys sorted, in hex. */
export function hashOf(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted(value)))
    .digest("hex");
}

/** sha256 of files, names left out, in the order given. */
export function hashFiles(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) updateWithFile(hash, file);
  return hash.digest("hex");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

/** The key of a stage: the hash of its name, its version and everything that goes in. */
export const stageKey = (name: string, version: number, inputs: unknown): string =>
  hashOf({ name, version, inputs });

/** Whose run it is: the folder of its stages, and other studies whose finished stages are taken over. */
export interface RunFolder {
  name: string;
  reuse?: readonly string[];
}

/**
 * Runs `work` in its own folder under data/runs/<study>, or returns what an earlier run with equal `inputs` left there, or in the
 * folder of a study in `reuse`.
 * `version` belongs to the key: raise it when the stage's code changes its result. An interrupted stage finds its
 * folder as it left it and goes on. Throws LockedError when another process is at the same stage, WriteError when its
 * folder cannot be written.
 */
export async function stage<T>(
  study: RunFolder,
  name: string,
  version: number,
  inputs: unknown,
  work: (directory: string, key: string) => Promise<T>,
): Promise<Artifact<T>> {
  const key = stageKey(name, version, inputs);
  const folderIn = (run: string) => path.join(RUNS, run, `${name}-${key.slice(0, 12)}`);
  const directory = folderIn(study.name);
  const done = path.join(directory, "result.json");
  const finished = () => (fs.existsSync(done) ? readResult<T>(name, done, directory, key) : undefined);
  const earlier = finished();
  const lockFile = path.join(directory, "stage.lock");
  if (earlier) {
    clearLock(lockFile);
    return earlier;
  }
  for (const other of study.reuse ?? []) {
    const file = path.join(folderIn(other), "result.json");
    if (fs.existsSync(file)) return readResult<T>(name, file, folderIn(other), key);
  }
  const lock = takeLock(lockFile, `stage ${name} in ${directory}`);
  try {
    // The process that held the lock a moment ago may have finished it.
    const meanwhile = finished();
    if (meanwhile) return meanwhile;
    const clock = new StageClock(directory);
    try {
      const value = await work(directory, key);
      const seconds = clock.total();
      writeJson(done, { stage: name, version, key, inputs, seconds, value });
      return { stage: name, value, directory, seconds, key };
    } finally {
      clock.stop();
    }
  } finally {
    lock.release();
  }
}

function readResult<T>(name: string, file: string, directory: string, key: string): Artifact<T> {
  try {
    const { value, seconds } = JSON.parse(fs.readFileSync(file, "utf8")) as { value: T; seconds: number };
    return { stage: name, value, directory, seconds, key };
  } catch (error) {
    throw new Error(
      `${file}: expected the JSON that this stage wrote, found: ${(error as Error).message}. Delete the file: the stage then runs again.`,
    );
  }
}

/** Seconds spent on a stage over all its attempts; what an interrupted attempt took is kept on disk. */
class StageClock {
  private readonly file: string;
  private readonly before: number;
  private readonly started = performance.now();
  private readonly save = () => {
    try {
      writeFileAtomic(this.file, String(this.total()));
    } catch {
      // On a full disk the stage's own error counts, not that of its clock.
    }
  };

  constructor(directory: string) {
    this.file = path.join(directory, "seconds.json");
    const before = fs.existsSync(this.file) ? Number(fs.readFileSync(this.file, "utf8")) : 0;
    this.before = Number.isFinite(before) ? before : 0;
    process.on("exit", this.save);
  }

  total(): number {
    return this.before + (performance.now() - this.started) / 1000;
  }

  stop(): void {
    process.off("exit", this.save);
    this.save();
  }
}
