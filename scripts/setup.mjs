// From a fresh clone to a working notebook stack; does only what is not done yet. Run: npm run setup [-- --gpu | --cpu]
// Parts: npm packages, Python tools, TensorFlow libraries, the addon compiled against them, the Jupyter kernel's entry.
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { engineEnvironment, hasNvidiaDevice, ownEnvironment } from "./setup/environment.mjs";
import { exclusive } from "./setup/exclusive.mjs";
import { missingPackages, NPM_INSTALL, PIP_INSTALL } from "./setup/install.mjs";
import {
  checkDisk,
  checkNode,
  findCompiler,
  findPython,
  remedy,
  SetupProblem,
} from "./setup/prerequisites.mjs";
import {
  addon,
  engineLibraries,
  engineSettings,
  engineVariant,
  engineWheel,
  isDone,
  isLinked,
  isReady,
  kernelSpec,
  parts,
  root,
  venvProgram,
} from "./setup/state.mjs";

process.chdir(root);
const started = Date.now();
const active = new Map();
const elapsed = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
const terminal = process.stdout.isTTY;

function line(text) {
  process.stdout.write(terminal ? `\r\x1b[K${text}\n` : `${text}\n`);
}
function showActive() {
  if (!active.size) return;
  const text = [...active]
    .map(([name, since]) => `${name} ${Math.round((Date.now() - since) / 1000)} s`)
    .join(", ");
  process.stdout.write(terminal ? `\r\x1b[K… ${text}` : `… ${text}\n`);
}
const ticker = setInterval(showActive, terminal ? 500 : 15_000);

/** Runs a program quietly; when it fails its last lines are shown, without the names of registry hosts. */
function run(program, args, env = ownEnvironment()) {
  return new Promise((resolve, reject) => {
    let output = "";
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output = (output + chunk).slice(-20_000);
      });
    }
    child.on("error", (error) => reject(new SetupProblem(`${program} did not start: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve();
      const shown = output
        .replace(/https?:\/\/[^\s'")]+/g, "<address>")
        .trimEnd()
        .split("\n")
        .slice(-15)
        .join("\n");
      line(shown);
      reject(
        new SetupProblem(
          `${[program.split("/").pop(), ...args.slice(0, args[0] === "-m" ? 2 : 1)].join(" ")} ended with ${signal ?? code}. ${remedy(output)}`,
        ),
      );
    });
  });
}

/** Makes one part; its stamp is removed first and written last, so whatever is cut short is made again. */
async function make(name, part, work) {
  if (isLinked(part.folder)) return line(`✓ ${name} (${part.folder} is a link, left alone)`);
  if (isDone(part)) return line(`✓ ${name}`);
  const since = Date.now();
  active.set(name, since);
  if (!terminal) line(`… ${name}`);
  try {
    rmSync(part.stamp, { force: true });
    await work();
    writeFileSync(part.stamp, part.key);
    active.delete(name);
    line(`✓ ${name} (${elapsed(since)})`);
  } finally {
    active.delete(name);
  }
}

function replaceFile(file, write) {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  write(temporary);
  renameSync(temporary, file);
}

async function fetchEngine(variant, wheel) {
  for (const folder of [".engine", ".engine.partial"]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(".engine.partial");
  const cudaLock = variant === "cuda" ? ["requirements.cuda.lock.txt"] : [];
  const { pythonTag } = engineSettings();
  await run(venvProgram("python"), [
    "scripts/fetch_engine.py",
    ...[wheel.requirement, wheel.sha256, wheel.platform, pythonTag, ".engine.partial", ...cudaLock],
  ]);
  renameSync(".engine.partial", ".engine");
}

async function installPackages() {
  await run("npm", NPM_INSTALL);
  const missing = missingPackages(root);
  if (missing.length === 0) return;
  throw new SetupProblem(
    `npm left out ${missing.length} packages, ${missing.slice(0, 3).join(", ")} among them: a setting of it says so (\`npm config ls -l\` lists them). Correct it and run it again.`,
  );
}

async function compileAddon([compiler, ...words]) {
  const mac = process.platform === "darwin";
  const up = `${mac ? "@loader_path" : "$ORIGIN"}/../../../../../.engine/tensorflow`;
  await run(compiler, [
    ...words,
    ...["-std=c++17", "-O2", "-fPIC", "-shared", "-w", "-DNAPI_VERSION=8"],
    ...["-Inode_modules/node-api-headers/include", `-I${addon.package}`, "-I.engine/tensorflow/include"],
    ...[`${addon.package}/binding/tfjs_backend.cc`, `${addon.package}/binding/tfjs_binding.cc`],
    ...["-o", `${addon.built}.partial`, ...engineLibraries.map((library) => `.engine/tensorflow/${library}`)],
    // A relative search path: the repository can be moved. RPATH, not RUNPATH, so that it holds for their libraries too.
    `-Wl,-rpath,${up}`,
    ...(mac ? ["-undefined", "dynamic_lookup"] : ["-Wl,--disable-new-dtags"]),
  ]);
  renameSync(`${addon.built}.partial`, addon.built);
}

async function setUp(variant) {
  checkNode();
  const wheel = engineWheel(variant);
  if (!wheel) {
    const known = Object.keys(engineSettings().wheels).join(", ");
    throw new SetupProblem(
      `there is no TensorFlow ${engineSettings().tensorflow} wheel for ${process.platform}-${process.arch} (${variant}). Known: ${known}. On Windows use WSL 2.`,
    );
  }
  const todo = parts(variant);
  const missing = Object.values(todo).filter((part) => !isDone(part));
  if (missing.length) {
    const large = missing.some((part) => part.folder === ".engine" && part !== todo.addon);
    checkDisk((large ? (variant === "cuda" ? 8e9 : 1.5e9) : 0) + (isDone(todo.npm) ? 0 : 1.5e9) + 1e8);
  }
  // Both are looked for before anything is downloaded.
  const compiler = isDone(todo.addon) ? undefined : findCompiler();
  const python = isDone(todo.python) ? undefined : findPython();

  const packages = make("npm packages", todo.npm, installPackages);
  const libraries = (async () => {
    await make("Python tools", todo.python, async () => {
      rmSync(".venv", { recursive: true, force: true });
      await run(python, ["-m", "venv", ".venv"]);
      await run(venvProgram("python"), [...PIP_INSTALL, "requirements.lock.txt"]);
    });
    await make(`TensorFlow ${engineSettings().tensorflow} for ${variant}`, todo.engine, () =>
      fetchEngine(variant, wheel),
    );
  })();
  // Both run to their end, so that nothing of a failed set-up goes on in the background.
  const failed = (await Promise.allSettled([packages, libraries])).find(
    (result) => result.status === "rejected",
  );
  if (failed) throw failed.reason;

  await make("engine addon", todo.addon, () => compileAddon(compiler));
  // npm ci empties node_modules: the addon is put back from its copy.
  if (!isLinked("node_modules") && (!existsSync(addon.loaded) || missing.length)) {
    replaceFile(addon.loaded, (temporary) => cpSync(addon.built, temporary));
  }
  const spec = kernelSpec.content(variant);
  if (
    !isLinked(".venv") &&
    !(existsSync(kernelSpec.path) && readFileSync(kernelSpec.path, "utf8") === spec)
  ) {
    replaceFile(kernelSpec.path, (temporary) => writeFileSync(temporary, spec));
  }
  if (missing.length) await checkEngine(variant);
}

async function checkEngine(variant) {
  await run(
    process.execPath,
    ["--require", "./kernel/node_compatibility.cjs", "scripts/setup/check_engine.cjs"],
    { ...ownEnvironment(), ...engineEnvironment(variant === "cuda") },
  );
  line("✓ the engine multiplies matrices");
}

const asked = process.argv.slice(2);
let release = () => {};
try {
  const unknown = asked.find((argument) => !["--gpu", "--cpu"].includes(argument));
  if (unknown) throw new SetupProblem(`unknown argument ${unknown}. Known: --gpu, --cpu`);
  release = await exclusive(join(root, ".setup.lock"), line);
  const variant = asked.includes("--cpu") ? "cpu" : engineVariant(asked.includes("--gpu"));
  if (isReady(variant)) {
    line(`✓ set-up is complete (${variant})`);
  } else {
    await setUp(variant);
    line(`✓ set-up is complete (${variant}, ${elapsed(started)})`);
  }
  if (variant === "cpu" && hasNvidiaDevice() && !asked.includes("--cpu")) {
    line(
      "An NVIDIA device is here and the CPU engine is installed: `npm run setup -- --gpu` changes to the GPU engine.",
    );
  }
} catch (error) {
  if (!(error instanceof SetupProblem)) throw error;
  line(`set-up stopped: ${error.message}`);
  process.exitCode = 1;
} finally {
  clearInterval(ticker);
  release();
}
