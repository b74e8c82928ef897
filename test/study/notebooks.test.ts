// All notebooks on the smoke profile through the real kernel, from nothing, and what they leave behind.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { StudyResults } from "../../src/evaluation/results";
import type { SampleRow } from "../../src/evaluation/samples";
import { ROOT } from "../../src/study/stage";

const RUNS = path.join(ROOT, "data/runs/smoke");
const NOTEBOOKS = fs
  .readdirSync(path.join(ROOT, "notebooks"))
  .filter((file) => file.endsWith(".ipynb"))
  .sort();

const command = (...args: string[]) =>
  spawnSync(process.execPath, ["scripts/run.mjs", ...args], { cwd: ROOT, encoding: "utf8" });
const study = () => command("src/study/commands/study.ts", "--profile", "smoke");

describe("the study on the smoke profile", () => {
  let first: ReturnType<typeof study>;
  let results: StudyResults;

  beforeAll(() => {
    fs.rmSync(RUNS, { recursive: true, force: true });
    first = study();
    if (first.status === 0) results = JSON.parse(fs.readFileSync(path.join(RUNS, "results.json"), "utf8"));
  }, 540_000);

  it("executes every notebook and ends with table, report and time", () => {
    expect(first.stderr + first.stdout).not.toContain("FAILED");
    expect(first.status).toBe(0);
    expect(first.stdout).toMatch(/lora-teacher +\d\.\d{3}/);
    expect(first.stdout).toMatch(/Report: .*report\.html/);
    expect(first.stdout).toMatch(/Time: \d+ s/);
    expect(NOTEBOOKS).toHaveLength(9);
    for (const file of NOTEBOOKS) {
      const cells = JSON.parse(fs.readFileSync(path.join(RUNS, "reports/notebooks", file), "utf8")).cells;
      const code = cells.filter((cell: { cell_type: string }) => cell.cell_type === "code");
      expect(
        code.every((cell: { execution_count: number | null }) => cell.execution_count !== null),
        file,
      ).toBe(true);
    }
    expect(fs.statSync(path.join(RUNS, "reports/report.html")).size).toBeGreaterThan(50_000);
  });

  it("scores five systems on both test sets with the items of the corpus", () => {
    expect(results.systems.map((s) => s.system)).toEqual([
      "untuned",
      "lora-student",
      "full-student",
      "distilled",
      "lora-teacher",
    ]);
    const rows = fs.readFileSync(path.join(RUNS, "samples.jsonl"), "utf8").trimEnd().split("\n");
    const samples = rows.map((row) => JSON.parse(row) as SampleRow);
    expect(samples.filter((s) => s.testSet === "in-domain")).toHaveLength(6);
    expect(samples.filter((s) => s.testSet === "other")).toHaveLength(6);
    for (const system of results.systems) {
      // The table's mean is the mean of the items' scores: two ways to the same number.
      const items = samples.map((s) => s.scores[system.system]["rouge1.character"]!);
      const mean = items.reduce((sum, x) => sum + x, 0) / items.length;
      expect(system.scores.all.rouge.character!.rouge1.f).toBeCloseTo(mean, 12);
    }
    expect(results.repeatability).toEqual({ system: "distilled", items: 12, identical: 12 });
  });

  it("finds the larger sibling by the tokenizer's hash, for the student alone", () => {
    const siblings = Object.fromEntries(results.models.map((m) => [m.model, m.largerSibling]));
    expect(siblings).toEqual({ "gemma2-student": "gemma2-teacher", qwen3: null, llama32: null, solar: null });
  });

  it("follows the pinned loss trajectory", () => {
    // Made by this test's own run (see the file's environment); a change that moves a loss is a change of the study.
    const file = path.join(ROOT, "test/fixtures/smoke-trajectory.json");
    const pinned: { losses: Record<string, number[]> } = JSON.parse(fs.readFileSync(file, "utf8"));
    for (const run of results.training) {
      const expected = pinned.losses[run.system]!;
      expect(run.curve).toHaveLength(expected.length);
      for (const [step, { loss }] of run.curve.entries())
        expect(loss, `${run.system}, step ${step}`).toBeCloseTo(expected[step]!, 3);
    }
  });

  it("does nothing the second time", () => {
    const before = fs.statSync(path.join(RUNS, "results.json")).mtimeMs;
    const second = study();
    expect(second.status).toBe(0);
    expect(second.stdout.match(/\(unchanged\)/g)).toHaveLength(NOTEBOOKS.length);
    expect(fs.statSync(path.join(RUNS, "results.json")).mtimeMs).toBe(before);
  }, 120_000);

  it("gives the same tidy notebooks when stages are measured again", () => {
    const tidied = (from: string, to: string) => {
      const run = command("src/study/commands/notebooks-tidy.ts", "--from", from, "--to", to);
      expect(run.stderr).toBe("");
      return Object.fromEntries(
        fs.readdirSync(to).map((file) => [file, fs.readFileSync(path.join(to, file), "utf8")]),
      );
    };
    const copies = path.join(RUNS, "reports/notebooks");
    const before = tidied(copies, path.join(RUNS, "tidy-1"));
    for (const folder of fs.readdirSync(RUNS)) {
      if (/^(train-lora-student|summaries)-/.test(folder)) {
        fs.rmSync(path.join(RUNS, folder), { recursive: true });
      }
    }
    const run = command("scripts/run_notebook.py", "05", "06", "-p", "profile=smoke", "--out", copies);
    expect(run.status, run.stderr).toBe(0);
    expect(tidied(copies, path.join(RUNS, "tidy-2"))).toEqual(before);
  }, 240_000);
});
