// Set-up: every missing prerequisite is one sentence that names what to install; two set-ups never run at once.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { root } from "./notebook";

// biome-ignore lint/suspicious/noExplicitAny: set-up runs before any compiler is installed and has no types.
type Module = any;
const load = (name: string): Promise<Module> =>
  import(pathToFileURL(join(root, "scripts/setup", `${name}.mjs`)).href);

let prerequisites: Module;
const folder = mkdtempSync(join(tmpdir(), "setup-test-"));
beforeAll(async () => {
  prerequisites = await load("prerequisites");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A program that answers like a Python of that version; without venv it fails at importing it. */
function fakePython(version: string, hasVenv: boolean): string {
  const file = join(folder, `python-${version}-${hasVenv}`);
  writeFileSync(
    file,
    `#!/bin/sh\ncase "$2" in *version_info*) echo ${version};; *) exit ${hasVenv ? 0 : 1};; esac\n`,
  );
  chmodSync(file, 0o755);
  return file;
}

test("Node: too old stops, newer than tried only warns", () => {
  expect(() => prerequisites.checkNode("18.20.4")).toThrow(/Node 20 to 26 is needed, this is 18\.20\.4/);
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  prerequisites.checkNode("27.0.0");
  expect(warn.mock.calls[0]?.[0]).toContain("newer than any this was tried with");
  prerequisites.checkNode("24.1.0");
  expect(warn).toHaveBeenCalledTimes(1);
  warn.mockRestore();
});

test("Python: the first in range with venv is taken; what is missing is named", () => {
  const [old, tooNew] = [fakePython("3.8", true), fakePython("3.14", true)];
  const [bare, good] = [fakePython("3.11", false), fakePython("3.12", true)];
  expect(prerequisites.findPython([old, tooNew, bare, good])).toBe(good);
  expect(() => prerequisites.findPython([tooNew, bare])).toThrow("apt install python3.11-venv");
  expect(() => prerequisites.findPython([old, tooNew])).toThrow(
    /3\.10 to 3\.13 is needed, found .* is 3\.8, .* is 3\.14/,
  );
  expect(() => prerequisites.findPython([join(folder, "none")])).toThrow("found none");
});

test("compiler and disk", () => {
  vi.stubEnv("CXX", join(folder, "no-such-compiler"));
  expect(() => prerequisites.findCompiler()).toThrow("apt install g++");
  // As make takes it: a command with words of its own.
  vi.stubEnv("CXX", "env -u NOTHING g++");
  expect(prerequisites.findCompiler()).toEqual(["env", "-u", "NOTHING", "g++"]);
  vi.unstubAllEnvs();
  expect(() => prerequisites.checkDisk(1e18)).toThrow(/1000000000\.0 GB of free disk are needed/);
  prerequisites.checkDisk(1);
});

test.each([
  ["npm error code EAI_AGAIN\nnpm error syscall getaddrinfo", "could not be reached"],
  [
    "WARNING: Retrying ... NewConnectionError ... Temporary failure in name resolution",
    "could not be reached",
  ],
  ["ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "its hash differs"],
  ["npm error code EINTEGRITY", "its hash differs"],
  ["OSError: [Errno 28] No space left on device", "disk is full"],
  ["ERROR: No matching distribution found for tensorflow-cpu==2.21.0", "lacks that version"],
  [
    "requirement anyio==4.16.0 (from versions: none)\nERROR: No matching distribution",
    "could not be reached",
  ],
  ["The virtual environment was not created because ensurepip is not available", "apt install python3-venv"],
])("the output %j is explained", (output, sentence) => {
  expect(prerequisites.remedy(output)).toContain(sentence);
});

test("two set-ups never run at once, and the lock of a dead one is taken over", async () => {
  const { exclusive } = await load("exclusive");
  const file = join(folder, "lock");
  const said: string[] = [];
  const release = await exclusive(file);
  let second = false;
  const waiting = exclusive(file, (text: string) => said.push(text)).then((free: () => void) => {
    second = true;
    return free;
  });
  await new Promise((done) => setTimeout(done, 700));
  expect(second).toBe(false);
  expect(said).toEqual([`another set-up is running (process ${process.pid}); waiting for it`]);
  release();
  (await waiting)();
  expect(existsSync(file)).toBe(false);
  writeFileSync(file, String(spawnSync("true").pid));
  (await exclusive(file))();
  expect(existsSync(file)).toBe(false);
});

test("a finished set-up is seen in less than 0.3 s of processor time, Node's own start included", () => {
  const script = `import("./scripts/setup/state.mjs").then((state) => {
    const ready = state.isReady(state.engineVariant());
    const { user, system } = process.cpuUsage();
    console.log(JSON.stringify({ ready, seconds: (user + system) / 1e6 }));
  })`;
  const { stdout } = spawnSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8" });
  const { ready, seconds } = JSON.parse(stdout);
  expect(ready).toBe(true);
  expect(seconds).toBeLessThan(0.3);
});

test("a folder that is a link is left alone", async () => {
  const { isLinked } = await load("state");
  symlinkSync(folder, join(folder, "link"));
  expect(isLinked(relative(root, join(folder, "link")))).toBe(true);
  expect(isLinked("scripts")).toBe(false);
});

test.each(["linux-x64", "linux-x64-cuda", "linux-arm64", "darwin-arm64"])(
  "the wheel for %s has a full hash",
  async (key) => {
    const { engineSettings } = await load("state");
    const { tensorflow, wheels } = engineSettings();
    expect(wheels[key].requirement).toMatch(new RegExp(`^tensorflow(-cpu)?==${tensorflow}$`));
    expect(wheels[key].sha256).toMatch(/^[0-9a-f]{64}$/);
  },
);

test("engine and CUDA variables: what the user set wins, the CUDA cache is named on a GPU only", async () => {
  const { engineEnvironment } = await load("environment");
  expect(engineEnvironment(false, {})).toEqual({
    MALLOC_MMAP_MAX_: "0",
    MALLOC_TRIM_THRESHOLD_: "8000000000",
    TF_CPU_ALLOCATOR_USE_BFC: "true",
    TF_CPU_BFC_MEM_LIMIT_IN_MB: "1000000",
    TF_CPP_MIN_LOG_LEVEL: "2",
    TF_FORCE_GPU_ALLOW_GROWTH: "true",
  });
  const gpu = engineEnvironment(true, { TF_CPP_MIN_LOG_LEVEL: "0", XDG_CACHE_HOME: "/lasting" });
  expect(gpu.TF_CPP_MIN_LOG_LEVEL).toBe("0");
  expect(gpu.CUDA_CACHE_PATH).toBe("/lasting/korean-summary-cuda");
  expect(Number(gpu.CUDA_CACHE_MAXSIZE)).toBe(2 ** 32);
});

test("the launcher hands on arguments, exit code and environment", () => {
  const file = join(folder, "program.ts");
  writeFileSync(
    file,
    "const [a]: string[] = process.argv.slice(2);\nconsole.log(a, process.env.MALLOC_MMAP_MAX_);\nprocess.exit(7);\n",
  );
  const run = spawnSync(process.execPath, [join(root, "scripts/run.mjs"), file, "한글 인자"], {
    encoding: "utf8",
  });
  expect([run.stdout, run.status]).toEqual(["한글 인자 0\n", 7]);
});
