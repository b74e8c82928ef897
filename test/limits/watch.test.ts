// A stuck test ends whatever the clock says; a slow one does not.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { root } from "../platform/notebook";
import { descendants, processes, processorSeconds } from "./processes";
import { watch } from "./watch";

const LIMITS = { every: 100, looks: 20, quiet: 0.1, busy: 2 };
let folder: string;
let said: string[];
let end: () => void;
const workers: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "watch-"));
  said = [];
  end = watch(folder, (text) => said.push(text), LIMITS);
});
afterEach(() => {
  end();
  for (const worker of workers.splice(0)) worker.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

/** Starts a stand-in for a test process, which leaves one mark; the signal or code with which it ends. */
function worker(source: string): { id: number; ended: Promise<string | number | null> } {
  const marks = `require("node:fs").writeFileSync(${JSON.stringify(folder)} + "/" + process.pid, "1 a.test.ts > name");`;
  const child = spawn(process.execPath, ["-e", marks + source], { stdio: "ignore" });
  workers.push(child);
  return { id: child.pid!, ended: new Promise((done) => child.on("exit", (code, signal) => done(signal ?? code))) };
}

it("a test that waits for what does not come is ended", async () => {
  expect(await worker("setInterval(() => {}, 1000);").ended).toBe("SIGKILL");
  expect(said.join()).toMatch(/^stuck: a\.test\.ts > name has computed for less than 0\.1 s .* its process is killed$/);
});

it("a test that loops for ever is ended", async () => {
  expect(await worker("for (;;);").ended).toBe("SIGKILL");
  expect(said.join()).toContain("has computed for 2 s without an end; its process is killed");
});

it("what a stuck test has started is ended first, so that the test itself fails", async () => {
  const waits = `const run = require("node:child_process").spawnSync("sh", ["-c", "sleep 1000; true"]); process.exit(run.signal ? 7 : 0);`;
  expect(await worker(waits).ended).toBe(7);
  expect(said.join()).toMatch(/2 processes that it started are killed/);
});

it("a slow test that goes on computing, or reaches one test after the other, is left alone", async () => {
  // Every test of it takes three times the limit of a quiet one; all together compute longer than the limit of a busy one.
  const slow = `const fs = require("node:fs");
    const file = ${JSON.stringify(folder)} + "/" + process.pid;
    let tests = 1;
    let looks = 0;
    setInterval(() => {
      for (const from = process.cpuUsage().user; process.cpuUsage().user - from < 12_000; );
      if (++looks % 60) return;
      fs.writeFileSync(file, ++tests + " a.test.ts > name " + tests);
      if (tests === 5) process.exit(0);
    }, ${LIMITS.every});`;
  expect(await worker(slow).ended).toBe(0);
  expect(said).toEqual([]);
});

it("processor time counts what was started, ended or not", async () => {
  const before = processorSeconds();
  const loop = `const until = (s) => { while (process.cpuUsage().user < s * 1e6); };`;
  const child = worker(`${loop} require("node:child_process").spawnSync(process.execPath, ["-e", ${JSON.stringify(`${loop} until(1)`)}]); until(1);`);
  expect(await child.ended).toBe(0);
  const used = processorSeconds() - before;
  expect(used).toBeGreaterThan(1.9);
  expect(used).toBeLessThan(60);
  expect(descendants(processes(), process.ppid)).toContain(process.pid);
});

it("no test or hook has a limit by the clock", () => {
  const config = readFileSync(join(root, "vitest.config.mts"), "utf8");
  expect(config).toMatch(/testTimeout: 0,/);
  expect(config).toMatch(/hookTimeout: 0,/);
  writeFileSync(join(folder, "0"), "");
});
