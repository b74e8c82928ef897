// One command from a fresh clone to a working notebook stack. Run: npm run setup [-- --gpu] [-- --no-lab]
// Steps: npm ci, Python venv, TensorFlow engine (cached in .engine/), addon compile, Jupyter kernelspec.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);
const gpu = process.argv.includes("--gpu") || existsSync("/dev/nvidia0");
const bin = (name) => join(root, ".venv", process.platform === "win32" ? "Scripts" : "bin", name);
const sha = (...parts) => createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16);
const text = (file) => readFileSync(file, "utf8");

function fail(message) {
  console.error(`\nsetup stopped: ${message}`);
  process.exit(1);
}
function run(command, args, hint = "") {
  const r = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (r.error?.code === "ENOENT") fail(`'${command}' was not found. ${hint}`);
  if (r.status !== 0) fail(`${command} ${args.slice(0, 3).join(" ")} … exited with ${r.status}. ${hint}`);
}
/** Runs a step unless its stamp says that the same inputs were already done. */
function step(name, key, stamp, work) {
  const t = Date.now();
  if (existsSync(stamp) && text(stamp) === key) return console.log(`✓ ${name} (up to date)`);
  console.log(`… ${name}`);
  rmSync(stamp, { force: true });
  work();
  writeFileSync(stamp, key);
  console.log(`✓ ${name} (${((Date.now() - t) / 1000).toFixed(1)} s)`);
}
const which = (names) => names.find((n) => spawnSync(n, ["--version"], { stdio: "ignore" }).status === 0);

const [major] = process.versions.node.split(".").map(Number);
if (major < 20) fail(`Node 20 or 22 is needed, this is ${process.version}.`);
const python = which(["python3", "python"]);
if (!python) fail("Python 3.10 or newer was not found. Debian/Ubuntu: apt install python3 python3-venv");
const cxx = process.env.CXX ?? which(["g++", "c++", "clang++"]);
if (!cxx) fail("no C++ compiler. Debian/Ubuntu: apt install g++");

step("npm packages", sha(text("package-lock.json"), text(".npmrc")), "node_modules/.setup-stamp", () =>
  run("npm", ["ci", "--no-audit"]),
);

step("python tools", sha(text("requirements.txt"), root), ".venv/.setup-stamp", () => {
  rmSync(".venv", { recursive: true, force: true });
  run(python, ["-m", "venv", ".venv"], "Debian/Ubuntu: apt install python3-venv");
  run(bin("python"), [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "-r",
    "requirements.txt",
  ]);
});

const spec = JSON.parse(text("engine.json"));
const wheel = `${gpu ? spec.gpu.package : process.arch === "arm64" ? spec.cpu.arm64Package : spec.cpu.package}==${spec.tensorflow}`;
step(`engine ${wheel}`, wheel, ".engine/.wheel-stamp", () => {
  rmSync(".engine", { recursive: true, force: true });
  mkdirSync(".engine");
  run(bin("python"), ["scripts/fetch_engine.py", wheel, ".engine", ...(gpu ? [spec.gpu.extra] : [])]);
});

const addonDir = "node_modules/@tensorflow/tfjs-node-gpu";
step("engine addon", sha(wheel, text(`${addonDir}/package.json`)), ".engine/.addon-stamp", () => {
  run(cxx, [
    "-std=c++17",
    "-O2",
    "-fPIC",
    "-shared",
    "-w",
    "-DNAPI_VERSION=8",
    "-Inode_modules/node-api-headers/include",
    `-I${addonDir}`,
    "-I.engine/tensorflow/include",
    `${addonDir}/binding/tfjs_backend.cc`,
    `${addonDir}/binding/tfjs_binding.cc`,
    "-o",
    ".engine/tfjs_binding.node",
    ".engine/tensorflow/libtensorflow_cc.so.2",
    ".engine/tensorflow/libtensorflow_framework.so.2",
    "-Wl,-rpath,$ORIGIN/../../../../../.engine/tensorflow",
    "-Wl,--disable-new-dtags",
  ]);
});
// npm ci empties node_modules, so the cached addon is put back every time.
mkdirSync(`${addonDir}/lib/napi-v8`, { recursive: true });
cpSync(".engine/tfjs_binding.node", `${addonDir}/lib/napi-v8/tfjs_binding.node`);

const specDir = join(root, ".venv/share/jupyter/kernels/tslab");
mkdirSync(specDir, { recursive: true });
writeFileSync(
  join(specDir, "kernel.json"),
  JSON.stringify(
    {
      argv: [process.execPath, join(root, "kernel/start.cjs"), "{connection_file}"],
      display_name: "TypeScript (this repository)",
      language: "typescript",
      interrupt_mode: "signal",
    },
    null,
    2,
  ),
);

const check = `const tf = require('@tensorflow/tfjs-node-gpu'); const v = tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0];
if (v !== 11) throw new Error('matMul gave ' + v);
console.log('✓ engine runs: TensorFlow', tf.backend().binding.TF_Version, tf.backend().isUsingGpuDevice ? 'GPU' : 'CPU');`;
execFileSync(process.execPath, ["-e", check], {
  stdio: "inherit",
  env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2" },
});
