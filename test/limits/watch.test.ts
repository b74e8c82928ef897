// A stuck test ends whatever the clock says; a slow one does not.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { root } from "../platform/notebook";
import { descendants, processes, processorSeconds } from "./processes";
import { watch } from "./watch";

const LIMITS = { every: 100, looks: 20, quiet: 0.05, busy: 2 };
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
function worker(source: string): Promise<string | number | null> {
  const marks = `require("node:fs").writeFileSync(${JSON.stringify(folder)} + "/" + process.pid, "1 a.test.ts > name");`;
  const child = spawn(process.execPath, ["-e", marks + source], { stdio: "ignore" });
  workers.push(child);
  return new Promise((done) => child.on("exit", (code, signal) => done(signal ?? code)));
}

it("a test that waits for what does not come is ended", async () => {
  expect(await worker("setInterval(() => {}, 1000);")).toBe("SIGKILL");
  expect(said.join()).toMatch(
    /^stuck: a\.test\.ts > name has computed for less than 0\.05 s .* its process is killed$/,
  );
});

it("a test that loops for ever is ended", async () => {
  expect(await worker("for (;;);")).toBe("SIGKILL");
  expect(said.join()).toContain("has computed for 2 s without an end; its process is killed");
});

it("what a stuck test has started is ended first, so that the test itself fails", async () => {
  const waits = `const run = require("node:child_process").spawnSync("sh", ["-c", "sleep 1000; true"]); process.exit(run.signal ? 7 : 0);`;
  expect(await worker(waits)).toBe(7);
  expect(said.join()).toMatch(/2 processes that it started are killed/);
});

const BUSY =
  "const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };";

it("a slow test that goes on computing, or reaches one test after the other, is left alone", async () => {
  // Each test of it takes one and a half times what a quiet one may; together they compute longer than one may.
  const slow = `${BUSY}
    let tests = 1;
    let looks = 0;
    setInterval(() => {
      for (const from = used(); used() - from < 0.024; );
      if (++looks % 30) return;
      require("node:fs").writeFileSync(${JSON.stringify(folder)} + "/" + process.pid, ++tests + " a.test.ts > name");
      if (tests === 5) process.exit(0);
    }, ${LIMITS.every});`;
  expect(await worker(slow)).toBe(0);
  expect(said).toEqual([]);
});

it("processor time counts what was started, ended or not", () => {
  const before = processorSeconds();
  const second = `${BUSY} while (used() < 1);`;
  const twice = `require("node:child_process").spawnSync(process.execPath, ["-e", ${JSON.stringify(second)}]); ${second}`;
  expect(spawnSync(process.execPath, ["-e", twice]).status).toBe(0);
  expect(processorSeconds() - before).toBeGreaterThan(1.9);
  expect(processorSeconds() - before).toBeLessThan(20);
  expect(descendants(processes(), process.ppid)).toContain(process.pid);
});

it("no test or hook has a limit by the clock", () => {
  const tests = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" });
  const limited = tests
    .filter((file) => file.endsWith(".ts") && !file.startsWith("fixtures"))
    .filter((file) =>
      /^ *(\}, ?)?\d[\d_]{3,},?\)?;?$|\btimeout: [1-9][\d_]{2,}|\bsetDefaultTimeout\([1-9]/m.test(
        readFileSync(join(root, "test", file), "utf8"),
      ),
    );
  expect(limited, "leave the limit out: test/limits/watch.ts ends what is stuck").toEqual([]);
  const config = readFileSync(join(root, "vitest.config.mts"), "utf8");
  for (const limit of ["testTimeout", "hookTimeout"]) expect(config).toContain(`${limit}: 0,`);
});
