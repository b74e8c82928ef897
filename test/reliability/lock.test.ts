// Locks: a living owner is respected, a dead one is not, clocks may jump.
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, expect, it, vi } from "vitest";
import { LockedError, takeLock, withLock } from "../../src/base/lock";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "lock-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));
afterEach(() => vi.useRealTimers());
let files = 0;
const fresh = () => path.join(scratch, `${files++}.lock`);
/** When a process started, as proc(5) has it in field 22. */
const startOf = (pid: number) => fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")[19];
const onLinux = it.skipIf(process.platform !== "linux");

it("refuses a second owner, naming the first and what it does", async () => {
  const file = fresh();
  const other = spawn("sleep", ["30"]);
  try {
    fs.writeFileSync(file, `${os.hostname()} ${other.pid}`);
    expect(() => takeLock(file, "stage x")).toThrow(LockedError);
    expect(() => takeLock(file, "stage x")).toThrow(new RegExp(`stage x: process ${other.pid} is writing`));
  } finally {
    other.kill("SIGKILL");
    await new Promise((resolve) => other.on("exit", resolve));
  }
  takeLock(file, "stage x").release();
  expect(fs.existsSync(file)).toBe(false);
});

it("refuses other work of the same process, unless that is asked for", () => {
  const file = fresh();
  const first = takeLock(file, "cache");
  expect(() => takeLock(file, "cache")).toThrow(/this process/);
  const second = takeLock(file, "cache", true);
  first.release();
  expect(fs.existsSync(file)).toBe(true);
  second.release();
  expect(fs.existsSync(file)).toBe(false);
});

it("is not held for ever: by a dead process, by one killed while writing its lock, by nobody", () => {
  const { pid } = spawnSync("true");
  for (const text of [`${os.hostname()} ${pid}`, `${os.hostname()} ${pid} 12`, `${os.hostname()} 0`]) {
    const file = fresh();
    fs.writeFileSync(file, text);
    takeLock(file, "x").release();
  }
  const empty = fresh();
  fs.writeFileSync(empty, "");
  const started = performance.now();
  takeLock(empty, "x").release();
  expect(performance.now() - started).toBeGreaterThan(1000);
});

onLinux("knows another process that has the dead one's number", () => {
  const file = fresh();
  fs.writeFileSync(file, `${os.hostname()} ${process.ppid} ${startOf(process.ppid)}`);
  expect(() => takeLock(file, "x")).toThrow(LockedError);
  fs.writeFileSync(file, `${os.hostname()} ${process.ppid} 1`);
  takeLock(file, "x").release();
});

it("of another machine holds while it beats, whatever the clocks say", async () => {
  const file = fresh();
  fs.writeFileSync(file, "elsewhere 1 1");
  // Its clock is an hour behind: its beats look old, but they come.
  const past = (seconds: number) => new Date(Date.now() - 3600_000 + seconds * 1000);
  fs.utimesSync(file, past(0), past(0));
  vi.useFakeTimers({ toFake: ["Date", "performance", "setTimeout", "setInterval", "clearInterval"] });
  let ran = false;
  const waiting = withLock(file, async () => {
    ran = true;
  });
  for (let beat = 1; beat <= 20; beat++) {
    fs.utimesSync(file, past(beat * 15), past(beat * 15));
    await vi.advanceTimersByTimeAsync(15_000);
    // The wall clock is set forward by a day; no time has passed.
    if (beat === 10) vi.setSystemTime(Date.now() + 24 * 3600_000);
  }
  expect(ran).toBe(false);
  await vi.advanceTimersByTimeAsync(70_000);
  await waiting;
  expect(ran).toBe(true);
});
