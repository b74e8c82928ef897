// A new notebook takes itself and the link at the end of the one before it: then it is found by its number and runs.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { SampleRow } from "../../src/results/samples";
import { type ChangedTree, changedTree } from "./changed-tree";

let tree: ChangedTree;
beforeAll(() => {
  tree = changedTree("notebook.patch");
});
afterAll(() => tree.remove());

it("touches two files", () => {
  expect(tree.touched).toEqual(["notebooks/09-lighter-model.ipynb", "notebooks/10-length.ipynb"]);
});

it("is found by its number, runs in the project's kernel and prints what a loop here gives", () => {
  const out = join(tree.folder, "out");
  execFileSync(process.execPath, ["scripts/run.mjs", "scripts/run_notebook.py", "10", "--out", out], {
    ...{ cwd: tree.folder, encoding: "utf8", stdio: "pipe" },
  });
  const { cells } = JSON.parse(readFileSync(join(out, "10-length.ipynb"), "utf8"));
  const printed = cells
    .flatMap(({ outputs }: { outputs?: { text?: string | string[] }[] }) => outputs ?? [])
    .flatMap(({ text }: { text?: string | string[] }) => [text ?? ""].flat())
    .join("");
  const samples = readFileSync("reports/samples.jsonl", "utf8")
    .trimEnd()
    .split("\n")
    .map((row) => JSON.parse(row) as SampleRow);
  let sum = 0;
  for (const { document, outputs } of samples) sum += [...outputs.distilled!].length / [...document].length;
  expect(sum).toBeGreaterThan(1);
  expect(printed).toContain(`distilled ${(sum / samples.length).toFixed(3)}\n`);
});
