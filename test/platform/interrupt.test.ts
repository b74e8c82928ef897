// The stop button: a training cell that is interrupted keeps what it has, and the same cell run again goes on from there.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { root } from "./notebook";

const profile = `interrupt-${process.pid}`;
const runs = join(root, "data/runs", profile);
const elsewhere = mkdtempSync(join(tmpdir(), "elsewhere-"));
afterAll(() => {
  for (const folder of [runs, elsewhere]) rmSync(folder, { recursive: true, force: true });
});

const CELL = `import { loadStudy } from "./src/study/file/load";
import { trainSystem } from "./src/study/stages/train";
const context = { ...loadStudy("smoke"), models: loadStudy("tiny").models, name: "${profile}", seed: 0,
  data: { counts: { train: 240, validation: 4, "test-in-domain": 2, "test-other": 2 } } };
await trainSystem(context, "lora-student");
`;

it("an interrupted stage goes on when its cell is run again; the kernel starts from any folder", () => {
  const file = join(elsewhere, "cell.ts");
  writeFileSync(file, CELL);
  const script = join(root, "test/platform/interrupt.py");
  const run = spawnSync(join(root, ".venv/bin/python"), [script, root, file], {
    cwd: elsewhere,
    encoding: "utf8",
  });
  expect(run.status, run.stderr).toBe(0);
  const { where, first, again, after } = JSON.parse(run.stdout.trim().split("\n").at(-1)!);
  expect(where.lines.join("").trim()).toBe(root);

  const steps = (lines: string[]) =>
    lines.flatMap((line) => /[█░]{24} (\d+)\/60 /.exec(line)?.slice(1) ?? []).map(Number);
  expect(first.status).toBe("error");
  expect(first.error).toMatch(/interrupt|stopped by SIGINT/i);
  const reached = Math.max(...steps(first.lines));
  expect(reached).toBeLessThan(60);

  expect(again.error).toBeNull();
  expect(again.status).toBe("ok");
  expect(steps(again.lines)[0]).toBeGreaterThan(reached);
  expect(steps(again.lines).at(-1)).toBe(60);
  // Each step once: nothing was trained twice and nothing left out.
  const folder = readdirSync(runs).find((name) => name.startsWith("train-lora-student"))!;
  const log = readFileSync(join(runs, folder, "log.jsonl"), "utf8")
    .trimEnd()
    .split("\n");
  expect(log.map((line) => JSON.parse(line).step)).toEqual(Array.from({ length: 60 }, (_, i) => i));
  expect(after.lines.join("")).toContain("2");
});
