// The rehearsal of profile "paper" in its smallest form: every stage on models that a hub on this machine offers.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import type { StudyResults } from "../../src/results/study-results";
import { loadStudy } from "../../src/study/file/load";
import { ROOT } from "../../src/study/stage";

const RUNS = path.join(ROOT, "data/runs/rehearsal");
const NAMES = [
  "google/gemma-2-2b-it",
  "Qwen/Qwen3-1.7B",
  "SEOKDONG/llama3.2_1B_korean_v0.2_sft_by_aidx",
  "upstage/SOLAR-10.7B-Instruct-v1.0",
];

it("runs the whole study on the paper profile's models", () => {
  const run = spawnSync(process.execPath, ["scripts/run.mjs", "src/cli.ts", "rehearsal"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  expect(run.stderr).not.toContain("rehearsal:");
  expect(run.status).toBe(0);
  // Nothing of the user's own cache or of data/models takes part: each shard came from the hub, once.
  for (const [name, files] of [
    ["google/gemma-2-2b-it", 2],
    ["google/gemma-2-9b-it", 4],
    ["Qwen/Qwen3-1.7B", 2],
    ["SEOKDONG/llama3.2_1B_korean_v0.2_sft_by_aidx", 1],
    ["upstage/SOLAR-10.7B-Instruct-v1.0", 5],
    ["google-bert/bert-base-multilingual-cased", 1],
  ] as const) {
    expect(run.stdout).toMatch(new RegExp(`${name} +[0-9a-f]{12} +${files} weight file`));
  }
  const results: StudyResults = JSON.parse(fs.readFileSync(path.join(RUNS, "results.json"), "utf8"));
  const larger = Object.fromEntries(results.models.map((row) => [row.model, row.largerSibling]));
  expect(larger).toEqual({
    ...Object.fromEntries(NAMES.map((name) => [name, null])),
    "google/gemma-2-2b-it": "google/gemma-2-9b-it",
  });
  expect(results.models.map((row) => row.family)).toEqual(["gemma2", "qwen3", "llama", "llama"]);
  expect(results.systems.map((system) => system.model)).toEqual([
    ...Array(4).fill("google/gemma-2-2b-it"),
    "google/gemma-2-9b-it",
  ]);
  for (const { items } of results.systems) expect(items.all).toBe(8);
  for (const { curve } of results.training) {
    expect(curve.every(({ loss }) => Number.isFinite(loss) && loss > 1)).toBe(true);
  }
  const revisions = JSON.parse(fs.readFileSync(path.join(RUNS, "revisions.json"), "utf8"));
  expect(Object.values(revisions).every((commit) => /^[0-9a-f]{40}$/.test(String(commit)))).toBe(true);
});

it("differs from the paper study in counts, lengths and pinned revisions only", () => {
  const [paper, rehearsal] = [loadStudy("paper"), loadStudy("rehearsal")];
  const alike = ({ name, reuse, data, decoding, training, models, recipes, ...rest }: typeof paper) => ({
    ...rest,
    keep: training.validation.keep,
    batchSize: training.batchSize,
    hubs: Object.values(models).map(({ hub }) => hub),
    recipes: Object.values(recipes).map(({ training: _, ...recipe }) => recipe),
  });
  expect(alike(rehearsal)).toEqual(alike(paper));
  expect(rehearsal.training).not.toEqual(paper.training);
});
