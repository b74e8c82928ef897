// The Python side's own virtual environment, made on demand from a pinned list with hashes.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

const ROOT = path.join(__dirname, "../../..");
const FOLDER = path.join(ROOT, ".venv-bench");
const LOCK = path.join(__dirname, "python/requirements.lock.txt");

/** The Python of the bench's environment. */
export const pythonProgram = (): string => path.join(FOLDER, "bin/python");

function run(what: string, program: string, args: readonly string[]): void {
  const { status } = spawnSync(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`The bench's Python environment: ${what} failed. See the lines above.`);
}

/** Makes the environment where it is missing or of another list; about 1 GB. Throws when the packages cannot be had. */
export function ensurePython(): void {
  const stamp = path.join(FOLDER, ".stamp");
  const key = createHash("sha256").update(fs.readFileSync(LOCK)).digest("hex");
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === key) return;
  console.error("The Python side is installed into .venv-bench (some minutes) …");
  fs.rmSync(FOLDER, { recursive: true, force: true });
  run("making it", path.join(ROOT, ".venv/bin/python"), ["-m", "venv", FOLDER]);
  const install = ["-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", LOCK];
  run(
    "installing (torch 2.13.0+cpu is not on every package index: PIP_FIND_LINKS=FOLDER or PIP_EXTRA_INDEX_URL names one that has it)",
    pythonProgram(),
    install,
  );
  fs.writeFileSync(stamp, key);
}

/** Versions of the packages compared with. */
export function pythonVersions(): Record<string, string> {
  const code =
    "import importlib.metadata as m, json, platform;" +
    "print(json.dumps({'python': platform.python_version(), **{n: m.version(n) for n in ['torch','transformers','peft','rouge-score','bert-score']}}))";
  const { stdout } = spawnSync(pythonProgram(), ["-c", code], { encoding: "utf8" });
  return JSON.parse(stdout) as Record<string, string>;
}
