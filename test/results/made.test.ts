// What is declared of the artifacts' numbers: stage, bound for a new run, and what the keys on the way name.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Claim } from "../../src/report/claims/ledger";
import { originOf, placesOf } from "../../src/report/origin";
import { madeOf } from "../../src/results/made";

const made = (path: string) => madeOf(path.split("/"));

describe("a number's making", () => {
  it("is that of the nearest field above it that declares one", () => {
    const cases: [path: string, stage: string, rerun: string][] = [
      ["results/counts/train", "corpus", "exact"],
      ["results/systems/distilled/scores/all/keptFacts", "scores", "interval"],
      ["results/systems/distilled/items/all", "scores", "exact"],
      ["results/seeds/1/systems/distilled/scores/all/keptFacts", "seeds", "free"],
      ["results/training/lora-teacher/seconds", "train-lora-teacher", "timing"],
      ["results/training/lora-teacher/curve/*/loss", "train-lora-teacher", "free"],
      ["results/lighter/rows/int8/fileBytes", "lighter", "exact"],
      // Its bits are chosen by what was measured.
      ["results/lighter/rows/mixed/fileBytes", "lighter", "timing"],
      ["results/lighter/rows/mixed/scores/all/keptFacts", "lighter", "interval"],
      // Of the run, though its name is that of another artifact.
      ["results/audit/published/0/difference", "results", "free"],
      ["published/testItems/other", "published", "exact"],
      ["records/tests/seconds", "tests", "timing"],
    ];
    for (const [path, stage, rerun] of cases)
      expect([path, made(path).stage, made(path).rerun]).toEqual([path, stage, rerun]);
  });

  it("names the keys, and the interval beside a score", () => {
    const { named, interval } = made("results/lighter/rows/int8/scores/other/rouge1.whitespace");
    expect(named).toEqual({ form: "int8", testSet: "other", metric: "rouge1.whitespace" });
    expect(interval?.join("/")).toBe("results/lighter/rows/int8/interval95/other/rouge1.whitespace");
    expect(made("results/seed").interval).toBeUndefined();
  });

  it("is declared for no other artifact", () => {
    expect(() => made("result/seed")).toThrow('no artifact "result"');
  });
});

describe("the committed claims", () => {
  const { claims } = JSON.parse(readFileSync("data/claims.json", "utf8")) as { claims: Claim[] };

  it("have stage and bound from there, and name the file that holds the number", () => {
    for (const { id, artifact, stage, rerun, rerunTolerance } of claims) {
      const places = placesOf(originOf(id)).map(({ keys }) => madeOf(keys));
      expect([id, artifact]).toEqual([id, places[0]!.artifact]);
      expect(
        places.map((place) => place.stage),
        id,
      ).toContain(stage);
      if (rerun === "timing" || rerun === "free") expect(rerunTolerance, id).toBeNull();
      if (rerun === "exact") expect(rerunTolerance, id).toBe(0);
    }
    // The pattern `published/` once sent the audit's 150 numbers to data/published.json.
    const audit = claims.find(({ id }) => id === "results/audit/published/0/difference")!;
    expect(audit).toMatchObject({
      artifact: "reports/results.json",
      path: "audit/published/0/difference",
      stage: "results",
    });
  });
});
