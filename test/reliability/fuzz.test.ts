// Some hundred mutations of each kind of file (npm run cli -- fuzz has ten thousand), the same ones on every run.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect, it } from "vitest";
import { Random } from "../../src/base/random";
import { FUZZ_TARGETS, fuzz, mutate, mutateJson } from "../../src/tools/fuzz";

it.each(Object.keys(FUZZ_TARGETS))("%s: read or refused, in time and within memory", async (target) => {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "fuzz-"));
  const report = await fuzz(target, 400, 1, scratch);
  fs.rmSync(scratch, { recursive: true });
  expect(report.failures).toEqual([]);
  expect(report.read + report.refused).toBe(400);
  // Mutations that never reach the reader's depths, or never break anything, would show nothing.
  expect(report.read).toBeGreaterThan(0);
  expect(report.refused).toBeGreaterThan(100);
  expect(report.grownBytes).toBeLessThan(500e6);
});

it("mutates alike for one seed and differently for another", () => {
  const original = Buffer.from("0123456789".repeat(10));
  const of = (seed: number) => mutate(original, new Random(seed)).toString("latin1");
  expect(of(3)).toBe(of(3));
  expect(new Set(Array.from({ length: 50 }, (_, seed) => of(seed))).size).toBeGreaterThan(45);
});

it("mutates JSON alike for one seed, whatever was mutated before", () => {
  const original = Buffer.from('{"a":[1,{"b":2}],"c":{"d":"e"}}');
  const all = () =>
    Array.from({ length: 3000 }, (_, seed) => mutateJson(original, new Random(seed)).toString());
  const first = all();
  expect(all()).toEqual(first);
  expect(new Set(first).size).toBeGreaterThan(500);
});
