// Estimates of a study before it is run, against model files and against arithmetic done here.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { estimateLines, estimateStudy } from "../../src/study/estimate";
import { loadStudy } from "../../src/study/file/load";
import { weightsIn } from "./safetensors-size";

const tiny = loadStudy("tiny");
const of = (estimate: ReturnType<typeof estimateStudy>, stage: string) =>
  estimate.stages.find((row) => row.stage === stage)!;

/** A data file of so many training items with texts of one length. */
function data(train: number): string {
  const rows = ["validation", "test-in-domain", "test-other", ...Array(train).fill("train")].map((split, i) =>
    JSON.stringify({
      id: String(i),
      document: `${i} `.padEnd(100, "가"),
      summary: `${i} `.padEnd(30, "나"),
      split,
    }),
  );
  const file = join(mkdtempSync(join(tmpdir(), "estimate-")), "data.jsonl");
  writeFileSync(file, rows.join("\n"));
  return file;
}

it("knows the weights' bytes from the configuration alone, as the files have them", () => {
  const estimate = estimateStudy(tiny);
  const weights = weightsIn("data/models/gemma2-student");
  expect(of(estimate, "train-full-student").disk).toBe(4 * weights.elements);
  const memory = of(estimate, "train-full-student").memory!;
  expect(memory).toBeGreaterThan(16 * weights.elements);
  expect(of(estimate, "train-lora-student").memory!).toBeLessThan(memory);
});

const CACHE = "teacher-logits-lora-teacher-32";

it("scales time and cache with the items", () => {
  const [small, large] = [20, 40].map((train) => estimateStudy({ ...tiny, data: { file: data(train) } })) as [
    ReturnType<typeof estimateStudy>,
    ReturnType<typeof estimateStudy>,
  ];
  expect(small.counts).toEqual({ train: 20, validation: 1, "test-in-domain": 1, "test-other": 1 });
  // Three epochs of 20 and one validation item against three of 40 and one.
  const ratio = of(large, "train-distilled").seconds! / of(small, "train-distilled").seconds!;
  expect(ratio).toBeCloseTo(121 / 61, 6);
  expect(of(large, CACHE).disk! / of(small, CACHE).disk!).toBeCloseTo(2, 6);
});

it("says what it does not know instead of guessing", () => {
  const lines = estimateLines(estimateStudy(loadStudy("paper")));
  expect(lines.find((line) => line.startsWith("train-lora-teacher"))).toMatch(/–\s+–\s+–/);
  expect(lines.find((line) => line.startsWith("all"))).toMatch(/–\s+–\s+–/);
});
