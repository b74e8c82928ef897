// The decision table against hand-computed points.
import { expect, it } from "vitest";
import { decisionTable, teachableBy } from "../../src/analysis/decision";
import type { ModelRow } from "../../src/results/models";

const row = (
  model: string,
  rouge1: number,
  parameters: number,
  tokensPerSecond: number,
  largerSibling: string | null,
): ModelRow => {
  const scores = { "rouge1.whitespace": rouge1 };
  const costs = { family: "", publishedName: "", fileBytes: 0, memoryBytes: 0, firstTokenMs: 0, samples: [] };
  return {
    model,
    parameters,
    tokensPerSecond,
    largerSibling,
    scores: { "in-domain": scores, other: scores, all: scores },
    ...costs,
  };
};

it("puts a distillable model first with the report's weights, and the best one when only quality counts", () => {
  const models = [row("good", 0.4, 400, 50, null), row("distillable", 0.2, 200, 100, "large")];
  const report = decisionTable(models, { distillable: 8, quality: 4, size: 2, speed: 1 });
  // distillable: (8·1 + 4·0.5 + 2·1 + 1·1) / 15 = 13/15; good, by texts: (8·0.25 + 4·1 + 2·0.5 + 1·0.5) / 15 = 7.5/15
  expect(report.map((d) => d.model)).toEqual(["distillable", "good"]);
  expect(report[0]!.score).toBeCloseTo(13 / 15, 12);
  expect(report[1]!.score).toBeCloseTo(7.5 / 15, 12);
  const quality = decisionTable(models, { distillable: 0, quality: 1, size: 0, speed: 0 });
  expect(quality[0]!.model).toBe("good");
});

it("says by what a larger model can teach each", () => {
  const models = [
    row("sibling", 0.4, 200, 50, "large"),
    row("alone", 0.2, 100, 100, null),
    row("largest", 0.2, 400, 100, null),
  ];
  expect(models.map((model) => teachableBy(model, models))).toEqual(["logits", "vocabularies", "texts"]);
});
