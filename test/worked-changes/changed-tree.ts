// A copy of the sources with a patch applied: what a change of one kind takes, as the project's pages promise it.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(__dirname, "../..");

export interface ChangedTree {
  /** The copy's sources, studies and notebooks, the changed ones among them, with everything else as links; runs are kept in it. */
  folder: string;
  /** Files that the patch touched. */
  touched: string[];
  /** Runs a file of the copy; gives what it printed. Throws where it ends with an error. */
  run(file: string, ...args: string[]): string;
  remove(): void;
}

/** Applies a patch of this folder to a copy of src, studies and notebooks. Throws where it does not fit any more. */
export function changedTree(patch: string): ChangedTree {
  const folder = mkdtempSync(join(tmpdir(), "worked-change-"));
  for (const part of ["src", "studies", "notebooks", "scripts", "kernel", "test/worked-changes"])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  for (const name of [
    "node_modules",
    ".engine",
    ".venv",
    "shims",
    "engine.json",
    "data",
    "reports",
    "docs",
    "package.json",
    "package-lock.json",
    "README.md",
    "README.ko.md",
  ])
    symlinkSync(join(ROOT, name), join(folder, name));
  const file = join(__dirname, patch);
  const git = (...args: string[]) =>
    execFileSync("git", ["apply", ...args, file], { cwd: folder, encoding: "utf8" });
  const touched = git("--numstat")
    .trim()
    .split("\n")
    .map((line) => line.split("\t")[2]!);
  git();
  return {
    folder,
    touched,
    run: (script, ...args) =>
      execFileSync(process.execPath, ["--require", "tsx/cjs", script, ...args], {
        cwd: folder,
        encoding: "utf8",
        maxBuffer: 1e8,
        env: { ...process.env, STUDY_RUNS: join(folder, "runs") },
      }),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
