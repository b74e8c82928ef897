// Snakemake on the study, from its own Python environment .venv-workflow, which is made at the first call.
// Run: npm run workflow -- --profile workflow/profiles/local [-n] [--config profile=smoke shards=2]
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownEnvironment } from "./setup/environment.mjs";
import { exclusive } from "./setup/exclusive.mjs";
import { PIP_INSTALL } from "./setup/install.mjs";
import { findPython, remedy, SetupProblem } from "./setup/prerequisites.mjs";
import { root } from "./setup/state.mjs";

const env = ownEnvironment();
const folder = join(root, ".venv-workflow");
const program = (name) => join(folder, "bin", name);
const lock = readFileSync(join(root, "workflow/requirements.lock.txt"), "utf8");
const stamp = join(folder, ".lock-stamp");
// Scripts of a virtual environment hold its absolute path.
const key = `${root}\n${lock}`;
const isReady = () => existsSync(stamp) && readFileSync(stamp, "utf8") === key;

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: "utf8", env });
  if (status === 0) return;
  const said = `${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}`;
  const lines = said
    .replace(/(https?|file):\/\/[^\s'")]+/g, "<address>")
    .trimEnd()
    .split("\n")
    .slice(-10);
  throw new SetupProblem(`${lines.join("\n")}\nSnakemake could not be installed. ${remedy(said)}`);
}

async function install() {
  const release = await exclusive(join(root, ".setup.lock"));
  try {
    if (isReady()) return;
    console.error("… Snakemake, once (.venv-workflow)");
    const programs = ["python3", "python3.13", "python3.12", "python3.11"];
    const python = findPython(process.env.PYTHON ? [process.env.PYTHON] : programs);
    rmSync(folder, { recursive: true, force: true });
    run(python, [
      "-c",
      "import sys; sys.exit(sys.version_info < (3, 11) and 'Snakemake needs Python 3.11 or later')",
    ]);
    run(python, ["-m", "venv", ".venv-workflow"]);
    run(program("python"), [...PIP_INSTALL, "workflow/requirements.lock.txt"]);
    writeFileSync(stamp, key);
  } finally {
    release();
  }
}

try {
  if (!isReady()) await install();
} catch (error) {
  if (!(error instanceof SetupProblem)) throw error;
  console.error(`workflow stopped: ${error.message}`);
  process.exit(3);
}
const { status } = spawnSync(program("snakemake"), process.argv.slice(2), {
  cwd: root,
  stdio: "inherit",
  // Executors start Snakemake again on the nodes: it must be the same one.
  env: { ...env, PATH: `${join(folder, "bin")}:${env.PATH}`, NODE: process.execPath },
});
process.exit(status ?? 1);
