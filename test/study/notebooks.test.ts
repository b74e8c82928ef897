// All notebooks on the smoke profile through the real kernel, from nothing, with a hub token and, where this user can cut it,
// without a network; and what they leave behind.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readDecoderConfig } from "../../src/models/config";
import type { SampleRow } from "../../src/results/samples";
import type { StudyResults } from "../../src/results/study-results";
import { ROOT } from "../../src/study/stage";
import { places, TOKEN } from "../reliability/token-places";
import { decoderRoundings, expectRounded } from "../rounding";

const RUNS = path.join(ROOT, "data/runs/smoke");
const NOTEBOOKS = fs
  .readdirSync(path.join(ROOT, "notebooks"))
  .filter((file) => file.endsWith(".ipynb"))
  .sort();

/** Programs behind these words see 127.0.0.1 alone, on which the kernel talks to its runner. */
const OFFLINE = ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"];
const spawned = (words: string[], env: Record<string, string> = {}) =>
  spawnSync(words[0]!, words.slice(1), { cwd: ROOT, encoding: "utf8", env: { ...process.env, ...env } });
const canCut = spawned([...OFFLINE, "true"]).status === 0;
if (!canCut) console.warn("network: not cut, this user or machine cannot (unshare -n, ip)");

const command = (...args: string[]) => spawned([process.execPath, "scripts/run.mjs", ...args]);
const STUDY = ["src/cli.ts", "study", "--profile", "smoke"];
const study = () => command(...STUDY);

describe("the study on the smoke profile", () => {
  let first: ReturnType<typeof study>;
  let results: StudyResults;

  beforeAll(() => {
    fs.rmSync(RUNS, { recursive: true, force: true });
    // From the corpus to distillation, scoring and report: nothing of it needs a network or shows the token.
    const words = [...(canCut ? OFFLINE : []), process.execPath, "scripts/run.mjs", ...STUDY];
    first = spawned(words, { HF_TOKEN: TOKEN });
    if (first.status === 0) results = JSON.parse(fs.readFileSync(path.join(RUNS, "results.json"), "utf8"));
  });

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

  it.skipIf(!canCut)("ran without a network: what it was cut off from cannot be reached", () => {
    const reach = "fetch('http://192.0.2.1').catch((error) => console.log(error.cause.code))";
    expect(spawned([...OFFLINE, process.execPath, "-e", reach]).stdout).toContain("ENETUNREACH");
    expect(first.stdout + first.stderr).not.toMatch(/ENETUNREACH|ENOTFOUND|EAI_AGAIN|fetch failed/);
  });

  it("leaves a hub token in no artifact, log, notebook or report", () => {
    expect(places(RUNS, first.stdout + first.stderr)).toEqual([]);
    const seen = fs.readdirSync(path.join(RUNS, "reports"), { recursive: true }) as string[];
    for (const file of ["report.html", "report.docx", ...NOTEBOOKS.map((name) => `notebooks/${name}`)])
      expect(seen, file).toContain(file);
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
      const items = samples.map((s) => s.scores[system.system]!["rouge1.character"]!);
      const mean = items.reduce((sum, x) => sum + x, 0) / items.length;
      expect(system.scores.all["rouge1.character"]).toBeCloseTo(mean, 12);
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
      const model = `thumbnail-gemma2-${run.system.endsWith("teacher") ? "teacher" : "student"}-`;
      const folder = fs.readdirSync(RUNS).find((name) => name.startsWith(model))!;
      const config = readDecoderConfig(path.join(RUNS, folder, "model"));
      // Forwards, and twice as many roundings backwards, in each step so far.
      const roundings = 3 * decoderRoundings(config, 100);
      for (const [step, { loss }] of run.curve.entries())
        expectRounded([loss], [expected[step]!], (step + 1) * roundings, Math.log(config.vocabSize));
    }
  });

  it("does nothing the second time", () => {
    const before = fs.statSync(path.join(RUNS, "results.json")).mtimeMs;
    const second = study();
    expect(second.status).toBe(0);
    expect(second.stdout.match(/\(unchanged\)/g)).toHaveLength(NOTEBOOKS.length);
    expect(fs.statSync(path.join(RUNS, "results.json")).mtimeMs).toBe(before);
  });

  it("gives the same tidy notebooks when stages are measured again", () => {
    const tidied = (from: string, to: string) => {
      const run = command("src/cli.ts", "notebooks:tidy", "--from", from, "--to", to);
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
  });
});
