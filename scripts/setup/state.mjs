// What set-up makes, and the key under which each part is up to date. Read by set-up and, before every command, by run.mjs.
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { engineEnvironment, hasNvidiaDevice } from "./environment.mjs";
import { NPM_INSTALL } from "./install.mjs";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const at = (...parts) => join(root, ...parts);
const text = (file) => (existsSync(file) ? readFileSync(file, "utf8") : "");
const sha = (...parts) => createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16);

export const engineSettings = () => JSON.parse(text(at("engine.json")));
export const venvProgram = (name) => at(".venv/bin", name);

/** "cpu" or "cuda": what was asked for, else what is installed, else what the machine has. */
export function engineVariant(askedForGpu = false) {
  if (askedForGpu) return "cuda";
  const installed = text(at(".engine/.wheel-stamp")).split(" ")[0];
  if (installed === "cpu" || installed === "cuda") return installed;
  return hasNvidiaDevice() ? "cuda" : "cpu";
}

/** The wheel for this machine, or undefined where no such wheel exists. */
export function engineWheel(variant) {
  const platform = `${process.platform}-${process.arch}`;
  return engineSettings().wheels[variant === "cuda" ? `${platform}-cuda` : platform];
}

/** Library names differ: libtensorflow_cc.so.2 on Linux, libtensorflow_cc.2.dylib on macOS. */
export const engineLibraries = ["libtensorflow_cc", "libtensorflow_framework"].map((name) =>
  process.platform === "darwin" ? `${name}.2.dylib` : `${name}.so.2`,
);

const addonPackage = at("node_modules/@tensorflow/tfjs-node-gpu");
export const addon = {
  package: addonPackage,
  built: at(".engine/tfjs_binding.node"),
  loaded: join(addonPackage, "lib/napi-v8/tfjs_binding.node"),
};

export const kernelSpec = {
  path: at(".venv/share/jupyter/kernels/tslab/kernel.json"),
  /** The Node that ran set-up starts the kernels; another Node makes set-up write this file anew. */
  content: (variant) =>
    `${JSON.stringify(
      {
        argv: [process.execPath, at("kernel/start.cjs"), "{connection_file}"],
        display_name: "TypeScript (this repository)",
        language: "typescript",
        interrupt_mode: "signal",
        env: engineEnvironment(variant === "cuda", {}),
      },
      null,
      2,
    )}\n`,
};

/** A folder that is a link belongs to another checkout (git worktrees share them): set-up leaves it alone. */
export const isLinked = (folder) =>
  existsSync(at(folder)) && lstatSync(at(folder)).isSymbolicLink() && statSync(at(folder)).isDirectory();

/** The parts in the order in which they are made; a part is done when its stamp holds its key. */
export function parts(variant) {
  const wheelKey = `${variant} ${sha(JSON.stringify(engineWheel(variant)), variant === "cuda" ? text(at("requirements.cuda.lock.txt")) : "")}`;
  const addonVersion = JSON.parse(text(at("package-lock.json"))).packages[
    "node_modules/@tensorflow/tfjs-node-gpu"
  ].version;
  return {
    npm: {
      folder: "node_modules",
      stamp: at("node_modules/.setup-stamp"),
      key: sha(
        ...[text(at("package-lock.json")), text(at(".npmrc")), text(at("shims/tfjs-node/index.js"))],
        NPM_INSTALL.join(" "),
      ),
    },
    // The root is in the key, as a virtual environment holds absolute paths.
    python: {
      folder: ".venv",
      stamp: at(".venv/.setup-stamp"),
      key: sha(text(at("requirements.lock.txt")), root),
    },
    engine: { folder: ".engine", stamp: at(".engine/.wheel-stamp"), key: wheelKey },
    addon: { folder: ".engine", stamp: at(".engine/.addon-stamp"), key: sha(wheelKey, addonVersion, "1") },
  };
}

export const isDone = (part) => isLinked(part.folder) || text(part.stamp) === part.key;

/** True when nothing is left for set-up to do. Reads a few small files: some milliseconds. */
export function isReady(variant) {
  const copied = existsSync(addon.loaded);
  const spec = isLinked(".venv") || text(kernelSpec.path) === kernelSpec.content(variant);
  return Object.values(parts(variant)).every(isDone) && copied && spec;
}
