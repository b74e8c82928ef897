// Exports the reference models, checks them with Python's onnx and onnxruntime, and keeps the outcome for the tests.
// Run: npm run check:onnx    (needs Python 3.10 or later and the Python package registry; makes data/cache/venv-onnx)
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { writeJson } from "../../src/base/atomic-write";
import { exportReferences, OUTCOME, REFERENCES } from "./reference-exports";

const ROOT = path.resolve(__dirname, "../..");
const VENV = path.join(ROOT, "data/cache/venv-onnx");

function run(program: string, args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args[0]} ended with exit ${status}: ${stderr.trim()}`);
  return stdout;
}

const python = path.join(VENV, "bin/python");
if (!fs.existsSync(python)) run("python3", ["-m", "venv", VENV]);
run(python, [
  "-m",
  "pip",
  "install",
  "--quiet",
  "--requirement",
  path.join(__dirname, "requirements-onnx.txt"),
]);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "check-onnx-"));
try {
  exportReferences(folder);
  const lines = run(python, [path.join(__dirname, "check_onnx.py"), REFERENCES, folder])
    .trim()
    .split("\n");
  writeJson(
    OUTCOME,
    lines.map((line) => JSON.parse(line)),
  );
  console.log(lines.join("\n"));
} finally {
  fs.rmSync(folder, { recursive: true });
}
