// Stages: what is unchanged is not run again, what was interrupted goes on in the same folder.
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { hashOf, ROOT, stage } from "../../src/study/stage";

const STUDY = { name: `test-${process.pid}` };
const OTHER = { name: `test-${process.pid}-other`, reuse: [STUDY.name] };
afterAll(() => {
  for (const { name } of [STUDY, OTHER])
    fs.rmSync(path.join(ROOT, "data/runs", name), { recursive: true, force: true });
});

it("runs once for equal inputs, whatever the order of their keys", async () => {
  let runs = 0;
  const work = async () => ++runs;
  const first = await stage(STUDY, "count", 1, { a: 1, b: [2, { c: 3, d: 4 }] }, work);
  const again = await stage(STUDY, "count", 1, { b: [2, { d: 4, c: 3 }], a: 1 }, work);
  expect([first.value, again.value, runs]).toEqual([1, 1, 1]);
  expect(again.directory).toBe(first.directory);
});

it("runs anew for another input or version", async () => {
  let runs = 0;
  const work = async () => ++runs;
  await stage(STUDY, "anew", 1, { a: 1 }, work);
  await stage(STUDY, "anew", 1, { a: 2 }, work);
  await stage(STUDY, "anew", 2, { a: 1 }, work);
  expect(runs).toBe(3);
});

it("leaves no result when the work fails, and finds its folder as it was", async () => {
  const failing = stage(STUDY, "broken", 1, {}, async (directory) => {
    fs.writeFileSync(path.join(directory, "half"), "kept");
    throw new Error("interrupted");
  });
  await expect(failing).rejects.toThrow("interrupted");
  const { value, seconds } = await stage(STUDY, "broken", 1, {}, async (directory) =>
    fs.readFileSync(path.join(directory, "half"), "utf8"),
  );
  expect(value).toBe("kept");
  expect(seconds).toBeGreaterThan(0);
});

it("takes over what a study that it extends has finished, and makes the rest itself", async () => {
  let runs = 0;
  const work = async () => ++runs;
  const finished = await stage(STUDY, "shared", 1, { a: 1 }, work);
  const taken = await stage(OTHER, "shared", 1, { a: 1 }, work);
  expect([taken.value, taken.directory, runs]).toEqual([1, finished.directory, 1]);
  const own = await stage(OTHER, "shared", 1, { a: 2 }, work);
  expect(path.dirname(own.directory)).toBe(path.join(ROOT, "data/runs", OTHER.name));
  const { directory } = await stage(STUDY, "shared", 1, { a: 2 }, work);
  expect(directory, "nothing goes the other way").not.toBe(own.directory);
  expect(runs).toBe(3);
});

it("hashes values, not their writing", () => {
  expect(hashOf({ a: 1, b: 2 })).toBe(hashOf({ b: 2, a: 1 }));
  expect(hashOf({ a: [1, 2] })).not.toBe(hashOf({ a: [2, 1] }));
});
