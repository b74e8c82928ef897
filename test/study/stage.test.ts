// Stages: what is unchanged is not run again, what was interrupted goes on in the same folder.
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { hashOf, ROOT, stage } from "../../src/study/stage";

const PROFILE = `test-${process.pid}`;
afterAll(() => fs.rmSync(path.join(ROOT, "data/runs", PROFILE), { recursive: true, force: true }));

it("runs once for equal inputs, whatever the order of their keys", async () => {
  let runs = 0;
  const work = async () => ++runs;
  const first = await stage(PROFILE, "count", 1, { a: 1, b: [2, { c: 3, d: 4 }] }, work);
  const again = await stage(PROFILE, "count", 1, { b: [2, { d: 4, c: 3 }], a: 1 }, work);
  expect([first.value, again.value, runs]).toEqual([1, 1, 1]);
  expect(again.directory).toBe(first.directory);
});

it("runs anew for another input or version", async () => {
  let runs = 0;
  const work = async () => ++runs;
  await stage(PROFILE, "anew", 1, { a: 1 }, work);
  await stage(PROFILE, "anew", 1, { a: 2 }, work);
  await stage(PROFILE, "anew", 2, { a: 1 }, work);
  expect(runs).toBe(3);
});

it("leaves no result when the work fails, and finds its folder as it was", async () => {
  const failing = stage(PROFILE, "broken", 1, {}, async (directory) => {
    fs.writeFileSync(path.join(directory, "half"), "kept");
    throw new Error("interrupted");
  });
  await expect(failing).rejects.toThrow("interrupted");
  const { value, seconds } = await stage(PROFILE, "broken", 1, {}, async (directory) =>
    fs.readFileSync(path.join(directory, "half"), "utf8"),
  );
  expect(value).toBe("kept");
  expect(seconds).toBeGreaterThan(0);
});

it("hashes values, not their writing", () => {
  expect(hashOf({ a: 1, b: 2 })).toBe(hashOf({ b: 2, a: 1 }));
  expect(hashOf({ a: [1, 2] })).not.toBe(hashOf({ a: [2, 1] }));
});
