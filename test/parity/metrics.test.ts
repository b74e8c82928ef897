// The parity command's metric cases: all agree on the reference folder, and a changed or unknown file is noticed.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkMetrics, isMetricsFolder } from "../../src/tools/parity/metrics";

const reference = join(__dirname, "../fixtures/oracles/metrics");
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "parity-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

it("every case of the reference folder agrees", async () => {
  expect(isMetricsFolder(reference)).toBe(true);
  const cases = await checkMetrics(reference);
  expect(cases.filter(({ ok }) => !ok)).toEqual([]);
  for (const file of [
    "rouge",
    "porter_nltk",
    "mt19937",
    "pcg64",
    "bootstrap",
    "significance",
    "retrieval",
    "bertscore/",
  ]) {
    expect(
      cases.some(({ name }) => name.startsWith(file)),
      file,
    ).toBe(true);
  }
});

it("a wrong value, a tokenizer nobody knows and a file nobody knows are failures", async () => {
  for (const file of ["rouge.json", "retrieval.json", "MANIFEST.json"]) {
    cpSync(join(reference, file), join(folder, file));
  }
  const rouge = JSON.parse(readFileSync(join(folder, "rouge.json"), "utf8"));
  rouge.pairs[0].scores.default.rouge1[2] += 1e-9;
  rouge.configs.push("mecab");
  rmSync(join(folder, "rouge.json"));
  writeFileSync(join(folder, "rouge.json"), JSON.stringify(rouge));
  writeFileSync(join(folder, "meteor.json"), "{}");
  const wrong = (await checkMetrics(folder)).filter(({ ok }) => !ok).map(({ name }) => name);
  expect(wrong.some((name) => /^rouge\.json: default, \d+ pairs$/.test(name))).toBe(true);
  expect(wrong).toContain("rouge.json: mecab");
  expect(wrong).toContain("meteor.json");
  expect(wrong.some((name) => name.startsWith("retrieval.json"))).toBe(false);
});
