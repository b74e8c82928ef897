// A folder that can only be read and a disk that is full: the error names the file and what to do, nothing is left
// half-written, and with room made the same run ends with the same bytes.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { updateWithFile } from "../../src/base/file-hash";
import { takeLock } from "../../src/base/lock";
import { makeFolder, WriteError } from "../../src/base/write-error";
import { type CacheHeader, LogitCache, LogitCacheWriter } from "../../src/distillation/cache";
import type { CachedRow } from "../../src/distillation/cache-row";
import { GraphBuilder } from "../../src/export/onnx-graph";
import { FLOAT } from "../../src/export/onnx-schema";
import { writeOnnx } from "../../src/export/onnx-write";
import { ROOT } from "../../src/study/stage";
import { differences } from "../../src/tools/crash-test/compare";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "disk-"));
const mounted: string[] = [];
const system = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;

/** A file system of so many kilobytes, in memory. */
function disk(kilobytes: number): string {
  const folder = fs.mkdtempSync(path.join(scratch, "mounted-"));
  if (!system("mount", "-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", folder))
    throw new Error("no mount");
  mounted.push(folder);
  return folder;
}

/** Takes all room that is left on a disk but so many bytes. Returns the file to delete. */
function fill(folder: string, leave: number): string {
  const file = path.join(folder, "others");
  const { bavail, bsize } = fs.statfsSync(folder);
  fs.writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - leave)));
  return file;
}

const canMount =
  process.platform === "linux" && process.getuid?.() === 0 && system("unshare", "-m", "true") && tryMount();
function tryMount(): boolean {
  try {
    disk(64);
    return true;
  } catch {
    return false;
  }
}
if (!canMount) console.warn("disk: skipped, this user cannot mount a file system");
const onDisk = it.skipIf(!canMount);

afterEach(() => {
  for (const folder of mounted.splice(0)) system("umount", folder);
});
afterAll(() => {
  for (const folder of mounted.splice(0)) system("umount", folder);
  fs.rmSync(scratch, { recursive: true });
});

const failing = (work: () => unknown): Error => {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected an error");
};

const child = (runs: string, ...args: string[]) =>
  spawnSync(process.execPath, ["--require", "tsx/cjs", path.join(__dirname, "child.ts"), ...args], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, STUDY_RUNS: runs },
  });

onDisk("read-only: a WriteError that names the folder and what to do, wherever it would be made", () => {
  const folder = disk(64);
  fs.mkdirSync(path.join(folder, "runs"));
  expect(system("mount", "-o", "remount,ro", folder)).toBe(true);
  for (const below of ["new", "runs/new", "new/a/b/c"]) {
    for (const make of [
      () => makeFolder(path.join(folder, below)),
      () => takeLock(path.join(folder, below, "stage.lock"), "a stage"),
    ]) {
      const error = failing(make);
      expect(error).toBeInstanceOf(WriteError);
      expect(error.message).toMatch(
        /\/(new|new\/a|stage\.lock): not written, the file system is read-only.*EROFS/,
      );
      expect(error.message).toContain("choose a folder that can be written");
    }
  }
  const { status, stderr } = child(path.join(folder, "runs"), "stages", "corpus");
  expect(stderr).toMatch(/WriteError: .*runs\/smoke: not written, the file system is read-only: choose/);
  expect(status).toBe(1);
});

it("a folder is made with those above it, beside others that make it; a place that cannot have one is an error in time", () => {
  makeFolder(path.join(scratch, "a/b/c"));
  makeFolder(path.join(scratch, "a/b/c"));
  expect(fs.statSync(path.join(scratch, "a/b/c")).isDirectory()).toBe(true);
  // Node's own recursive mkdir does not return from here.
  if (process.platform === "linux") expect(() => makeFolder("/proc/none/x")).toThrow(/ENOENT|EPERM|EACCES/);
});

it("hashes a file in pieces as in one", () => {
  const file = path.join(scratch, "large");
  for (const size of [0, 1, 16 * 2 ** 20 - 1, 16 * 2 ** 20, 16 * 2 ** 20 + 1, 40_000_003]) {
    const bytes = Buffer.alloc(size, "weights of a model ");
    fs.writeFileSync(file, bytes);
    const inPieces = createHash("sha256");
    updateWithFile(inPieces, file);
    expect(inPieces.digest("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
  }
});

const HEADER: CacheHeader = {
  source: "gold",
  vocabSize: 1000,
  topK: 64,
  tokenizerHash: "t",
  templateHash: "c",
  teacherHash: "m",
  dataHash: "d",
  settingsHash: "s",
};
/** 100 tokens, each with its 64 most likely. */
function row(seed: number): CachedRow {
  const tokens = 100;
  const each = <T>(values: (token: number) => T[]) =>
    Array.from({ length: tokens }, (_, i) => values(i)).flat();
  const threes = (value: number) => Float32Array.from(each(() => [value, value, value]));
  return {
    targetIds: Int32Array.from(each((i) => [(seed + i) % 64])),
    topIds: Int32Array.from(each((i) => Array.from({ length: 64 }, (_, k) => k * 15 + ((seed + i) % 15)))),
    topLogits: Float32Array.from(
      each((i) => Array.from({ length: 64 }, (_, k) => 5 - ((k * 7 + i) % 64) / 10)),
    ),
    logSumExp: threes(8),
    logTail: threes(-3),
    entropy: Float32Array.from(each(() => [2])),
    goldLogit: Float32Array.from(each(() => [4])),
    sampledIds: new Int32Array(),
    sampledLogits: new Float32Array(),
  };
}

onDisk("full while a row is appended to the logit cache: the rows before stay, the same rows follow", () => {
  const rows = Array.from({ length: 20 }, (_, i) => `item ${i}`);
  const reference = path.join(scratch, "cache");
  const whole = LogitCacheWriter.open(reference, HEADER);
  for (const [i, id] of rows.entries()) whole.append(id, row(i));
  whole.close();

  const folder = disk(1024);
  const cache = path.join(folder, "cache");
  const writer = LogitCacheWriter.open(cache, HEADER);
  writer.append(rows[0]!, row(0));
  const others = fill(folder, 3 * 4096);
  let stored = 0;
  const error = failing(() => {
    for (const [i, id] of rows.entries()) {
      if (i > stored) writer.append(id, row(i));
      stored = i;
    }
  });
  expect(error).toBeInstanceOf(WriteError);
  expect(error.message).toMatch(/cache\/.+\.bin: not written, the disk is full: make room \(ENOSPC\)/);
  expect(LogitCache.open(cache).ids()).toEqual(rows.slice(0, stored + 1));
  fs.rmSync(others);
  // The same writer goes on, and so does another one after it.
  writer.append(rows[stored + 1]!, row(stored + 1));
  writer.close();
  const next = LogitCacheWriter.open(cache, HEADER);
  for (const [i, id] of rows.entries()) if (!next.has(id)) next.append(id, row(i));
  next.close();
  expect(differences(reference, cache)).toEqual([]);
});

onDisk(
  "full in the middle of a stage: a WriteError, nothing half-written, and the same bytes once there is room",
  () => {
    const reference = path.join(scratch, "reference");
    const runs = path.join(disk(65_536), "runs");
    const { stdout, stderr, status } = child(runs, "full-disk", reference);
    expect(stderr).not.toContain("Error");
    expect(status).toBe(0);
    const seen = stdout
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as { name: string; entries: number; refused: string; left: string[] });
    const names = [
      ...["export", "report", "results", "scores", "summaries-distilled"],
      ...["train-distilled", "teacher-logits", "train-lora-teacher"],
    ];
    expect(seen.map(({ name }) => name)).toEqual(names);
    for (const { name, entries, refused, left } of seen) {
      expect(entries, name).toBeGreaterThan(0);
      expect(refused, name).toMatch(/^WriteError: .+\/runs\/.+: not written, the disk is full: make room/);
      expect(left, name).toEqual([]);
    }
    expect(differences(reference, runs)).toEqual([]);
  },
);

onDisk(
  "full while an ONNX model's external data is written: a WriteError with that file's name, no file left",
  () => {
    const folder = disk(256);
    const graph = new GraphBuilder();
    const weights = new Float32Array(40_000);
    const sum = graph.node("Add", [
      graph.input("x", FLOAT, [40_000]),
      graph.weight("w", [40_000], () => weights),
    ]);
    graph.output("y", sum, FLOAT, [40_000]);
    const others = fill(folder, 2 * 4096);
    const error = failing(() => writeOnnx(folder, "model.onnx", "sum", graph, { limit: 1 }));
    expect(error).toBeInstanceOf(WriteError);
    expect(error.message).toMatch(/\/model\.onnx_data: not written, the disk is full: make room \(ENOSPC\)/);
    expect(fs.readdirSync(folder)).toEqual(["others"]);
    fs.rmSync(others);
    expect(writeOnnx(folder, "model.onnx", "sum", graph, { limit: 1 }).files).toEqual([
      "model.onnx",
      "model.onnx_data",
    ]);
  },
);
