// A new sentence of the report takes a message a language and the line that says it: then both reports have it and its number is a claim.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { SampleRow } from "../../src/results/samples";
import { type ChangedTree, changedTree } from "./changed-tree";

let tree: ChangedTree;
beforeAll(() => {
  tree = changedTree("sentence.patch");
});
afterAll(() => tree.remove());

it("touches a file a language and the section", () => {
  expect(tree.touched).toEqual([
    "src/report/catalogue/en.ts",
    "src/report/catalogue/ko.ts",
    "src/report/sections/interpretation.ts",
  ]);
});

it("stands in both reports, with a number that anyone can recompute", () => {
  const rows = readFileSync("reports/samples.jsonl", "utf8").trimEnd().split("\n");
  const lengths = rows.map((row) => [...(JSON.parse(row) as SampleRow).outputs.distilled!].length);
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  const shown = mean.toFixed(1);
  expect(mean).toBeGreaterThan(2);

  const said = JSON.parse(tree.run("test/worked-changes/said-sentence.ts", shown));
  expect(said.ko).toEqual([`증류 학생은 요약 한 편을 평균 ${shown}자로 쓴다.`]);
  expect(said.en).toEqual([`A summary of the distilled student has ${shown} characters on average.`]);
  expect(said.claim).toMatchObject({
    ...{ id: "results/systems/distilled/scores/all/characters", shown: expect.arrayContaining([shown]) },
    value: expect.closeTo(mean, 9),
    places: expect.arrayContaining(["reports/report.md", "reports/en/report.md"]),
  });
});
