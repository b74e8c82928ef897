// What the system does to a run: no memory, a scheduler's SIGTERM. (No network: test/study/notebooks.test.ts.)
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { WeightFiles } from "../../src/models/safetensors";
import { ROOT } from "../../src/study/stage";
import { processorSeconds } from "../limits/processes";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "system-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const CHILD = ["--require", "tsx/cjs", path.join(__dirname, "child.ts")];
const child = (runs: string, ...args: string[]) =>
  spawnSync(process.execPath, [...CHILD, ...args], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, STUDY_RUNS: runs },
  });

it("SIGTERM from a scheduler: the run saves and ends within ten seconds of processor time, saying how to go on", async () => {
  const runs = path.join(scratch, "terminated");
  const running = spawn(process.execPath, [...CHILD, "train"], {
    cwd: ROOT,
    env: { ...process.env, STUDY_RUNS: runs },
  });
  let stderr = "";
  running.stderr.on("data", (text) => {
    stderr += text;
  });
  await new Promise((resolve) => running.stdout.on("data", resolve));
  const asked = processorSeconds();
  running.kill("SIGTERM");
  const code = await new Promise((resolve) => running.on("exit", resolve));
  expect(processorSeconds() - asked).toBeLessThan(10);
  expect(code).toBe(1);
  const step = /stopped by SIGTERM after step (\d+) of 1000000.*Run the same again to go on/.exec(
    stderr,
  )?.[1];
  const checkpoint = WeightFiles.open(path.join(runs, "endless/checkpoint.safetensors"));
  expect(checkpoint.metadata.step).toBe(step);
  checkpoint.close();
  const log = fs.readFileSync(path.join(runs, "endless/log.jsonl"), "utf8").trimEnd().split("\n");
  expect(log).toHaveLength(Number(step));
});

it("no memory: an error that names what was asked for, not a dead process", () => {
  // 360 GB, more than any machine that runs this test hands to one tensor.
  const { status, signal, stderr } = child(path.join(scratch, "memory"), "memory");
  expect({ status, signal }).toEqual({ status: 1, signal: null });
  expect(stderr).toMatch(/OOM when allocating tensor with shape\[300000,300000\]/);
});
