// The notebook kernel: edited files count without a restart, stack lines are TypeScript's, missing packages are told.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readNotebook, root, runner, streamText, temporaryFolder, writeNotebook } from "./notebook";

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("an edited file and the files that import it count from the next cell on", async () => {
  // The names of the folders above a clone are people's own.
  const here = `./data/cache/${basename(folder)}/내 연구 (둘째)`;
  mkdirSync(join(root, here));
  writeFileSync(join(root, here, "inner.ts"), "export const size: number = 1;\n");
  writeFileSync(
    join(root, here, "outer.ts"),
    'import { size } from "./inner";\nexport interface Box {\n  n: number;\n}\nexport function twice(): number {\n  if (size > 5) throw new Error("too large");\n  return size * 2;\n}\n',
  );
  const show = `import { twice } from "${here}/outer";\nconsole.log(twice());`;
  const edit = (size: number) =>
    `import { writeFileSync } from "node:fs";\nwriteFileSync("${here}/inner.ts", "export const size: number = ${size};\\n");`;
  const file = join(folder, "edit.ipynb");
  writeNotebook(file, [show, edit(2), show, edit(10), show]);
  const { text } = await runner([file, "--out", join(folder, "out")]);
  expect(streamText(readNotebook(join(folder, "out/edit.failed.ipynb")))).toBe("2\n4\n");
  // The fifth cell throws in outer.ts, whose line 6 is line 3 of the emitted file: the interface is gone there.
  expect(text).toContain(`${here.slice(2)}/outer.ts:6:`);
  expect(text.match(/cell 5:\d+:\d+/g)).toEqual(["cell 5:2:18"]);
});

/** Runs statements with the kernel's compiler, tslab's converter, whose root is `at`; what it prints is JSON. */
function withConverter(at: string, statements: string): unknown {
  const script = `
    process.chdir(${JSON.stringify(at)});
    const kernel = ${JSON.stringify(join(root, "kernel"))};
    require(kernel + "/lean_types.cjs");
    const { noticeChanges } = require(kernel + "/reload.cjs");
    require(kernel + "/source_lines.cjs");
    const { mkdirSync, renameSync, rmSync, writeFileSync } = require("node:fs");
    const { createRequire } = require("node:module");
    const { createConverter } = createRequire(kernel + "/start.cjs")("tslab/dist/converter");
    const converter = createConverter({ isJS: false, isBrowser: false });
    const problems = (source) => {
      noticeChanges();
      return converter.convert("", source).diagnostics.map(({ messageText }) => messageText);
    };
    const install = (folder, name, types) => {
      mkdirSync(folder + "/" + name, { recursive: true });
      writeFileSync(folder + "/" + name + "/package.json", JSON.stringify({ name, types: "index.d.ts" }));
      writeFileSync(folder + "/" + name + "/index.d.ts", types);
    };
    ${statements}
    process.exit(0);`;
  return JSON.parse(execFileSync(process.execPath, ["-e", script], { encoding: "utf8" }));
}

test("a package installed after its import failed is found by the next cell", () => {
  const name = `late-${basename(folder).toLowerCase()}`;
  const found = withConverter(
    root,
    `const source = 'import { x } from "${name}"; const y: number = x; const z: string = x;';
    const found = [problems(source)];
    try {
      install("node_modules", "${name}", "export const x: number;");
      found.push(problems(source));
    } finally {
      rmSync("node_modules/${name}", { recursive: true });
    }
    console.log(JSON.stringify(found));`,
  );
  expect(found).toEqual([
    [`Cannot find module '${name}' or its corresponding type declarations.`],
    ["Type 'number' is not assignable to type 'string'."],
  ]);
});

test("in a deep folder, no parent of which has packages, a package may import one that is not there; folders come and go", () => {
  const deep = join(folder, "한글 폴더/내 연구/a/b/c/clone");
  mkdirSync(join(deep, "node_modules"), { recursive: true });
  const found = withConverter(
    deep,
    `install("node_modules", "present", 'import { a } from "absent"; export const x: typeof a; export const n: number;');
    const source = 'import { n, x } from "present"; const s: string = n; const b: boolean = x;';
    const found = [problems(source)];
    install("../node_modules", "absent", "export const a: number;");
    found.push(problems(source));
    renameSync("node_modules", "replaced");
    found.push(problems("const s: string = 1;"));
    console.log(JSON.stringify(found));`,
  );
  const notString = "Type 'number' is not assignable to type 'string'.";
  expect(found).toEqual([
    [notString],
    [notString, "Type 'number' is not assignable to type 'boolean'."],
    [notString],
  ]);
});

test("what fails in the kernel itself stands in the cell's error", async () => {
  const file = join(folder, "inside.ipynb");
  writeNotebook(file, [
    'const { sys } = require("@tslab/typescript-for-tslab");\nsys.watchFile = () => {\n  throw new Error("no more watches");\n};',
    'import { crc32 } from "./src/base/crc32";',
  ]);
  const { code, text } = await runner([file, "--out", join(folder, "out")]);
  expect(code).toBe(1);
  expect(text).toContain("cell 2");
  expect(text).toContain("the kernel itself failed at this cell: no more watches");
});

test("variables of earlier cells stand as shorthand properties too", async () => {
  const file = join(folder, "shorthand.ipynb");
  writeNotebook(file, [
    'const name = "한글";\nlet size = 1;',
    "const both = { name, size, inner: [{ size }] };\nconsole.log(JSON.stringify(both));",
    "({ size, name: both.name } = { size: 7, name: name });\nconst { inner } = both;\nconsole.log(JSON.stringify({ size, inner, f: (name: number) => ({ name }) }));",
  ]);
  const { code, text } = await runner([file, "--out", join(folder, "out")]);
  expect(code, text).toBe(0);
  expect(streamText(readNotebook(join(folder, "out/shorthand.ipynb")))).toBe(
    '{"name":"한글","size":1,"inner":[{"size":1}]}\n{"size":7,"inner":[{"size":1}]}\n',
  );
});

test("a burst of messages arrives whole: none is refused because another is on its way or too many wait", async () => {
  const file = join(folder, "burst.ipynb");
  writeNotebook(file, [
    'import { newDisplay } from "tslab";\nconst display = newDisplay();\nfor (let i = 0; i < 9000; i++) display.text("x".repeat(1000) + i);',
    'console.log("after");',
  ]);
  const { code, text } = await runner([file, "--out", join(folder, "out")]);
  expect(code, text).toBe(0);
  const [first, second] = readNotebook(join(folder, "out/burst.ipynb")).cells;
  expect(/x8999"/.test(JSON.stringify(first!.outputs))).toBe(true);
  expect(JSON.stringify(second!.outputs)).toContain("after");
});

test.each([
  ["computes for longer than a look at it", "while (performance.now() < 5000);", "ready"],
  ["hangs", "for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);", "gave up"],
])("the runner waits for a kernel by what it does: one that %s before it answers", (_, before, outcome) => {
  const kernel = `${before} process.argv.splice(1, 0, "node"); require(${JSON.stringify(join(root, "kernel/start.cjs"))});`;
  const script = `
import asyncio, sys
sys.path.insert(0, "scripts")
from notebook_session import RepositoryKernel, RepositoryKernelManager

class Slow(RepositoryKernel):
    def get_kernel_spec(self, name):
        spec = super().get_kernel_spec(name)
        spec.argv = [spec.argv[0], "-e", sys.argv[1], "{connection_file}"]
        return spec

async def main():
    manager = RepositoryKernelManager()
    manager.kernel_spec_manager = Slow()
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(2)
        print("ready")
    except RuntimeError:
        print("gave up")
    client.stop_channels()
    await manager.shutdown_kernel(now=True)

asyncio.run(main())`;
  const python = spawnSync(join(root, ".venv/bin/python"), ["-c", script, kernel], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NODE: process.execPath },
  });
  expect(python.stdout, python.stderr).toBe(`${outcome}\n`);
});

test("a kernel without npm packages answers every cell with what to run", async () => {
  // Outside the repository, where no node_modules lies above it.
  const bare = mkdtempSync(join(tmpdir(), "bare-"));
  for (const part of ["kernel", "scripts"]) cpSync(join(root, part), join(bare, part), { recursive: true });
  symlinkSync(join(root, ".venv"), join(bare, ".venv"));
  const file = join(bare, "short.ipynb");
  writeNotebook(file, ["const a = 1;"]);
  const child = spawn(join(root, ".venv/bin/python"), [join(bare, "scripts/run_notebook.py"), file], {
    env: { ...process.env, NODE: process.execPath },
  });
  let text = "";
  child.stderr.on("data", (chunk) => {
    text += chunk;
  });
  const code = await new Promise((done) => child.on("close", done));
  rmSync(bare, { recursive: true, force: true });
  expect(code).toBe(1);
  expect(text).toContain("Run `npm run setup` in its root folder");
});
