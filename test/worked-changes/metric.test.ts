// A new metric takes a file that makes it and a line in the registry: then tables, tests, figure, README, model card and `score` show it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { SampleRow } from "../../src/results/samples";
import { type ChangedTree, changedTree } from "./changed-tree";

let tree: ChangedTree;
beforeAll(() => {
  tree = changedTree("metric.patch");
});
afterAll(() => tree.remove());

/** The share of digits, counted here. */
const shareOf = (text: string): number =>
  [...text].filter((c) => c >= "0" && c <= "9").length / [...text].length;
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

it("touches at most three source files", () => {
  expect(tree.touched.filter((file) => file.startsWith("src/"))).toEqual([
    "src/metrics/digits.ts",
    "src/metrics/registry.ts",
  ]);
});

it("is shown wherever metrics are", () => {
  const shown = JSON.parse(tree.run("test/worked-changes/shown-metrics.ts"));
  const rows = readFileSync("reports/samples.jsonl", "utf8").trimEnd().split("\n");
  const samples = rows
    .map((row) => JSON.parse(row) as SampleRow)
    .filter(({ id }) => shown.samples.includes(id));
  const expected = mean(
    samples.flatMap(({ outputs: { distilled } }) => (!distilled ? [] : [shareOf(distilled)])),
  );
  expect(expected).toBeGreaterThan(0.01);
  const percent = `${(expected * 100).toFixed(1)}%`;

  const [head, ...table] = shown.intervals as string[][];
  const cell = table.filter(([system]) => system === "증류 학생")[2]![head!.indexOf("숫자의 몫")]!;
  expect(cell.startsWith(`${percent} [`), cell).toBe(true);
  const row = shown.notebook.find((one: Record<string, string>) => one.시스템 === "증류 학생");
  expect(row["숫자의 몫"].startsWith(expected.toFixed(3))).toBe(true);
  const { data, layout } = shown.figure;
  const panel = layout.annotations.findIndex(({ text }: { text: string }) => text === "<b>숫자의 몫</b>") + 1;
  expect(panel).toBe(4);
  expect(data.filter(({ xaxis }: { xaxis: string }) => xaxis === `x${panel}`)).toHaveLength(2);
  const [title] = shown.readme.split("\n");
  expect(title).toMatch(/\| 숫자의 몫 \|$/);
  expect(shown.readme).toContain(`| ${percent} |`);
  expect(shown.card).toContain("| share of digits |");
  expect(shown.tested).toContain("digits");
});

it("is scored by the command", () => {
  const texts = join(tree.folder, "texts.txt");
  writeFileSync(texts, "12월 3일\n\n열 명\n");
  const args = ["--references", texts, "--predictions", texts, "--metrics", "rouge,digits"];
  const { means, perItem, signatures } = JSON.parse(tree.run("src/cli.ts", "score", ...args, "--json"));
  expect(perItem.digits).toEqual([0.5, null, 0]);
  expect(means.digits).toBe(0.25);
  expect(signatures.digits).toBe("ASCII digits");
  expect(tree.run("src/cli.ts", "score", ...args)).toMatch(/digits +0\.2500/);
});
