// The recommendation follows its rule: the smallest file that loses nothing significant, and none where all lose.
import { describe, expect, it } from "vitest";
import { recommend } from "../../src/analysis/lighter";
import type { LighterComparison, LighterRow } from "../../src/results/lighter";

const row = (form: LighterRow["form"], fileBytes: number) => ({ form, fileBytes }) as LighterRow;
const rows = [row("fp32", 400), row("int8", 110), row("int4", 60), row("onnx-fp32", 410), row("onnx-q4", 70)];
const against = (
  form: LighterRow["form"],
  metric: string,
  verdict: "better" | "worse" | "tie",
  testSet = "all",
) => ({ form, metric, verdict, testSet }) as LighterComparison;

describe("recommend", () => {
  it("takes the smallest file of the runtime where nothing is lost", () => {
    expect(recommend(rows, [against("int4", "rouge1.whitespace", "tie")], "engine")).toBe("int4");
    expect(recommend(rows, [], "onnx")).toBe("onnx-q4");
  });

  it("passes over a form that loses in one of the three scores over all texts", () => {
    expect(recommend(rows, [against("int4", "keptFacts", "worse")], "engine")).toBe("int8");
    expect(recommend(rows, [against("onnx-q4", "bertscore.f", "worse")], "onnx")).toBe("onnx-fp32");
  });

  it("does not count a part of the texts or another score", () => {
    const comparisons = [
      against("int4", "keptFacts", "worse", "other"),
      against("int4", "inventedFacts", "worse"),
      against("int4", "bertscore.f", "better"),
    ];
    expect(recommend(rows, comparisons, "engine")).toBe("int4");
  });

  it("says so when every form loses", () => {
    const lost = [against("onnx-q4", "keptFacts", "worse"), against("onnx-fp32", "keptFacts", "worse")];
    expect(() => recommend(rows, lost, "onnx")).toThrow("significantly worse");
  });
});
