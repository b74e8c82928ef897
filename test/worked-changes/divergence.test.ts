// A new divergence takes a file that makes it and a line in the registry: then the schema names it, and a study file trains with it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadStudy } from "../../src/study/file/load";
import { type ChangedTree, changedTree } from "./changed-tree";

const STUDY = {
  extends: "smoke",
  data: { counts: { train: 8, validation: 2, "test-in-domain": 1, "test-other": 1 } },
  recipes: { distilled: { loss: { divergence: "squared", factor: 3 } } },
};

let tree: ChangedTree;
let file: string;
beforeAll(() => {
  tree = changedTree("divergence.patch");
  file = join(tree.folder, "mine.json");
  writeFileSync(file, JSON.stringify(STUDY));
});
afterAll(() => tree.remove());

it("touches two source files", () => {
  expect(tree.touched).toEqual([
    "src/distillation/divergences/registry.ts",
    "src/distillation/divergences/squared.ts",
  ]);
});

it("is named by the schema that the code writes, and unknown without it", () => {
  const dryRun = () => tree.run("src/cli.ts", "study", "mine.json", "--dry-run");
  expect(() => loadStudy(file)).toThrow(/divergence: expected one of forward-kl, .*; found "squared"/);
  tree.run("src/cli.ts", "study", "--schema");
  expect(dryRun()).toContain('"divergence": "squared"');
  writeFileSync(file, JSON.stringify(STUDY).replace(',"factor":3', ""));
  expect(dryRun).toThrow(/loss\.factor: missing; For "squared"\. What it is multiplied by/);
  writeFileSync(file, JSON.stringify(STUDY));
});

it("trains a student", () => {
  const [p, q] = [
    [0.7, 0.2, 0.1],
    [0.25, 0.25, 0.5],
  ] as const;
  const args = ["mine.json", JSON.stringify(p), JSON.stringify(q)];
  const said = tree.run("test/worked-changes/trained-loss.ts", ...args);
  const { losses, loss, worst } = JSON.parse(said.trim().split("\n").at(-1)!);
  expect(losses).toHaveLength(2);
  for (const value of losses) expect(value).toBeGreaterThan(0);
  expect(loss).toBeCloseTo((3 / 2) * p.reduce((sum, value, i) => sum + (value - q[i]!) ** 2, 0), 6);
  expect(worst).toBeLessThan(1e-3);
});
