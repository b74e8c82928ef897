// What set-up and commands inherit: settings of the user's other programs change neither what is installed nor what is read.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { zip } from "../../src/report/stable-zip";
import { sha256 } from "../../src/tools/rehearsal/hub-server";
import { readNotebook, root, runCells } from "./notebook";

// biome-ignore lint/suspicious/noExplicitAny: set-up runs before any compiler is installed and has no types.
type Module = any;
let environment: Module;
let install: Module;
const folder = mkdtempSync(join(tmpdir(), "environment-"));
beforeAll(async () => {
  const load = (name: string) => import(pathToFileURL(join(root, "scripts/setup", `${name}.mjs`)).href);
  [environment, install] = [await load("environment"), await load("install")];
});
afterAll(() => rmSync(folder, { recursive: true }));

it("keeps the way to the registries and drops what is meant for other programs", () => {
  const own = (names: string[], settings = {}) => {
    const given = Object.fromEntries(names.map((name) => [name, "x"]));
    const found = environment.ownEnvironment(given, settings);
    return names.filter((name) => name in found);
  };
  const kept = [
    "PATH",
    "PYTHON",
    "CXX",
    "HTTPS_PROXY",
    "PIP_INDEX_URL",
    "PIP_FIND_LINKS",
    "HF_TOKEN",
    "NODE_EXTRA_CA_CERTS",
  ];
  expect(own(kept)).toEqual(kept);
  expect(own(["NODE_ENV", "PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_USER", "PIP_NO_BINARY"])).toEqual(
    [],
  );
  const forTests = own([...kept, "no_proxy", "NODE_OPTIONS", "GIT_DIR", "STUDY_RUNS"], { forTests: true });
  expect(forTests).toEqual([
    "PATH",
    "PYTHON",
    "CXX",
    "PIP_INDEX_URL",
    "PIP_FIND_LINKS",
    "NODE_EXTRA_CA_CERTS",
  ]);
});

describe("npm", () => {
  const project = join(folder, "project");
  const home = join(folder, "home");
  // `npm test` hands its own settings on, the path of the user's .npmrc among them.
  const plain = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const npm = (args: string[]) =>
    spawnSync("npm", args, {
      cwd: project,
      encoding: "utf8",
      env: {
        ...plain,
        ...{ HOME: home, NODE_ENV: "production", npm_config_bin_links: "false" },
        ...{ npm_config_loglevel: "silent" },
      },
    });
  beforeAll(() => {
    const part = (name: string) => {
      mkdirSync(join(project, name), { recursive: true });
      const marks = `node -e "require('fs').writeFileSync('${join(folder, `ran-${name}`)}', '')"`;
      writeFileSync(
        join(project, name, "package.json"),
        JSON.stringify({
          name,
          version: "1.0.0",
          bin: { [name]: "bin.js" },
          scripts: { postinstall: marks },
        }),
      );
      writeFileSync(join(project, name, "bin.js"), "");
      return { [name]: `file:${name}` };
    };
    writeFileSync(
      join(project, "package.json"),
      JSON.stringify({
        ...{ name: "project", version: "1.0.0", dependencies: part("always") },
        ...{ devDependencies: part("development"), optionalDependencies: part("choice") },
      }),
    );
    mkdirSync(home);
    const lock = spawnSync("npm", ["install", "--package-lock-only", "--offline", "--no-audit"], {
      cwd: project,
      env: plain,
    });
    expect(lock.status, String(lock.stderr)).toBe(0);
    writeFileSync(
      join(home, ".npmrc"),
      "omit[]=dev\nomit[]=optional\nignore-scripts=false\npackage-lock=true\ninstall-strategy=nested\nglobal=false\n",
    );
  });
  const installed = () =>
    ["always", "development", "choice"].filter((name) => existsSync(join(project, "node_modules", name)));

  it("alone leaves packages out and runs their scripts, which set-up notices", () => {
    npm(["ci", "--offline"]);
    expect(installed()).toEqual(["always"]);
    expect(existsSync(join(folder, "ran-always"))).toBe(true);
    expect(install.missingPackages(project)).toEqual(["node_modules/choice", "node_modules/development"]);
    rmSync(join(folder, "ran-always"));
  });

  it("with set-up's arguments installs the whole lock, no script run", () => {
    const run = npm([...install.NPM_INSTALL, "--offline"]);
    expect(run.status, run.stderr).toBe(0);
    expect(installed()).toEqual(["always", "development", "choice"]);
    expect(install.missingPackages(project)).toEqual([]);
    expect(existsSync(join(project, "node_modules/.bin/development"))).toBe(true);
    expect(existsSync(join(folder, "ran-always"))).toBe(false);
  });

  it("with set-up's arguments says why it failed, though it was told to be silent", () => {
    const lock = readFileSync(join(project, "package-lock.json"), "utf8");
    writeFileSync(join(project, "package-lock.json"), lock.replaceAll("choice", "chance"));
    const run = npm([...install.NPM_INSTALL, "--offline"]);
    expect(run.status).not.toBe(0);
    expect(run.stderr).toContain("package-lock.json");
    writeFileSync(join(project, "package-lock.json"), lock);
  });

  it("has installed every package of this project's lock for this machine", () => {
    expect(install.missingPackages(root)).toEqual([]);
  });
});

it("pip installs into the virtual environment, whatever Python and it are told", () => {
  const shadow = join(folder, "shadow");
  mkdirSync(shadow);
  for (const module of ["venv", "pip", "json"])
    writeFileSync(join(shadow, `${module}.py`), "raise SystemExit(9)");
  const info = "small-1.0.dist-info";
  const wheel = zip(
    new Map(
      Object.entries({
        "small.py": "word = '한글'\n",
        [`${info}/METADATA`]: "Metadata-Version: 2.1\nName: small\nVersion: 1.0\n",
        [`${info}/WHEEL`]: "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        [`${info}/RECORD`]: `small.py,,\n${info}/METADATA,,\n${info}/WHEEL,,\n${info}/RECORD,,\n`,
      }).map(([name, text]) => [name, Buffer.from(text)]),
    ),
  );
  writeFileSync(join(folder, "small-1.0-py3-none-any.whl"), wheel);
  const requirements = join(folder, "requirements.txt");
  writeFileSync(requirements, `small==1.0 --hash=sha256:${sha256(wheel)}\n`);
  const hostile = {
    ...{
      PYTHONPATH: shadow,
      PYTHONHOME: "/nowhere",
      PYTHONOPTIMIZE: "2",
      PYTHONIOENCODING: "ascii",
      LC_ALL: "C",
    },
    ...{ PIP_TARGET: join(folder, "elsewhere"), PIP_USER: "1", PIP_NO_BINARY: ":all:", PIP_DRY_RUN: "1" },
    ...{ PIP_NO_INDEX: "1", PIP_FIND_LINKS: folder },
  };
  const env = environment.ownEnvironment({ ...process.env, ...hostile });
  const venv = join(folder, "venv");
  const run = (program: string, args: string[]) => {
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", env });
    expect(status, stderr).toBe(0);
    return stdout;
  };
  run(join(root, ".venv/bin/python"), ["-m", "venv", venv]);
  const python = join(venv, "bin/python");
  run(python, [...install.PIP_INSTALL, requirements]);
  expect(run(python, ["-c", "import small; print(small.__file__, small.word)"])).toBe(
    `${run(python, ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).trim()}/small.py 한글\n`,
  );
});

it("a Python command of the project finds its modules and writes Korean", () => {
  const file = join(folder, "한글.py");
  writeFileSync(file, "import sys, neighbour\nprint(neighbour.word, sys.flags.optimize, file=sys.stderr)\n");
  writeFileSync(join(folder, "neighbour.py"), "word = '옆 파일'\n");
  const run = spawnSync(process.execPath, [join(root, "scripts/run.mjs"), file], {
    encoding: "utf8",
    env: {
      ...process.env,
      ...{
        PYTHONPATH: "/nowhere",
        PYTHONSAFEPATH: "1",
        PYTHONOPTIMIZE: "2",
        PYTHONIOENCODING: "ascii",
        LC_ALL: "POSIX",
      },
    },
  });
  expect(run.stderr).toBe("옆 파일 0\n");
});

it("a notebook's outputs have no colours, whatever the terminal is told", async () => {
  process.env.FORCE_COLOR = "3";
  const { code, text, executed, folder: made } = await runCells(['console.log({ a: 5, b: "글" });']);
  delete process.env.FORCE_COLOR;
  expect(code, text).toBe(0);
  expect(readNotebook(executed).cells[0]!.outputs[0]!.text).toEqual(["{ a: 5, b: '글' }\n"]);
  rmSync(made, { recursive: true });
});

it("a clone has every file as it is stored, though git is told to write CRLF", () => {
  const [origin, clone] = [join(folder, "origin"), join(folder, "clone")];
  const git = (cwd: string, ...args: string[]) => {
    const names = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "core.autocrlf=true"];
    const run = spawnSync("git", [...names, ...args], { cwd, encoding: "utf8" });
    expect(run.status, run.stderr).toBe(0);
  };
  mkdirSync(origin);
  const files = {
    ".gitattributes": readFileSync(join(root, ".gitattributes")),
    "lf.ts": "a\nb\n",
    "crlf.csv": "a\r\nb\r\n",
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(origin, name), content);
  git(origin, "init", "-q");
  git(origin, "add", ".");
  git(origin, "commit", "-q", "-m", "x");
  git(folder, "clone", "-q", "-c", "core.autocrlf=true", origin, clone);
  for (const [name, content] of Object.entries(files)) {
    expect(readFileSync(join(clone, name)).equals(Buffer.from(content)), name).toBe(true);
  }
});
