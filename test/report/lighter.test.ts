// The lighter forms in report and README: sentences follow the tests and the rule, and every number has its place.
import { describe, expect, it } from "vitest";
import { claimsOf } from "../../src/report/claims/ledger";
import { unclaimedNumerals } from "../../src/report/claims/numerals";
import { DocumentBuilder } from "../../src/report/document";
import { lighter as english } from "../../src/report/en/lighter";
import { names as englishNames } from "../../src/report/en/names";
import { readme as englishReadme } from "../../src/report/en/readme";
import { lighter as korean } from "../../src/report/ko/lighter";
import { readme as koreanReadme } from "../../src/report/ko/readme";
import { pieces, unmarked } from "../../src/report/quantity";
import { lighterTable } from "../../src/report/readme/lighter";
import { lighterSection } from "../../src/report/sections/lighter";
import type { LighterResults } from "../../src/results/lighter";
import { fixtureResults } from "../figures/fixture-figures";

const changed = (change: (lighter: LighterResults) => void = () => undefined) => {
  const results = fixtureResults();
  change(results.lighter!);
  return results;
};
const said = (words: typeof korean, change?: (lighter: LighterResults) => void) => {
  const lighter = changed(change).lighter!;
  return unmarked([...words.sentences(lighter), ...words.decoding.sentences(lighter)].join("\n"));
};

describe("what is lost where", () => {
  it("names the form, the texts, the score and the test, and the forms that lose nothing", () => {
    // The fixture's int4 is worse in all three scores on other topics and on all texts, nothing else is.
    const ko = said(korean);
    expect(ko).toContain("int4는 fp32보다 낮다");
    expect(ko).toContain("ROUGE-1(공백)(차이 −0.031, 95% 신뢰구간 [−0.039, −0.023], Holm 보정 p = 0.003)");
    expect(ko).toMatch(/유의하게 낮지 않은 꼴: bf16, int8, int4·int8 혼합, ONNX fp32/);
    const en = said(english);
    expect(en).toMatch(/int4 is below fp32 in ROUGE-1 \(whitespace\)/);
    expect(en.match(/difference −0\.031/g)).toHaveLength(2);
  });

  it("says so when nothing is lost", () => {
    const none = (lighter: LighterResults) => {
      for (const row of lighter.comparisons) row.verdict = "tie";
    };
    expect(said(english, none)).not.toContain("is below fp32");
    expect(said(english, none)).toMatch(/no significant loss .*: bf16, int8, int4, /);
  });
});

it("the recommendation is that of the results, with its size as a share of fp32's", () => {
  // 268,000 of 1,526,000 bytes are 17.6 %, 293,000 of 1,551,000 are 18.9 %.
  expect(said(english)).toContain(
    "recommends int4 and int8 mixed in the engine (268.0 kB, 17.6% of fp32's file)",
  );
  expect(said(korean)).toContain("ONNX q4 (혼합)(293.0 kB, ONNX fp32 파일의 18.9%)");
});

describe("ways of decoding", () => {
  it("names the fastest of each model", () => {
    // 1200 tokens in 15 s against 24 s: 80 tokens/s, 1.6 times.
    expect(said(english)).toContain(
      "LoRA teacher writes fastest with drafts by the distilled student: 80 tokens/s, 1.60 times",
    );
    expect(said(english)).toContain("plain decoding is the fastest for the distilled student (126 tokens/s)");
    expect(said(korean)).toContain("LoRA 교사는 증류 학생의 초안으로 쓸 때 가장 빠르다");
  });

  it("counts texts that differ", () => {
    expect(said(english)).toContain("the same texts as plain decoding, token by token");
    const differs = (lighter: LighterResults) => {
      lighter.decoding[1]!.identical = 23;
    };
    expect(said(english, differs)).toContain("some texts differ");
  });
});

it("every number of section and README table is a claim with the value of its place", () => {
  const results = changed();
  const tables = [lighterTable(results, koreanReadme.lighter), lighterTable(results, englishReadme.lighter)];
  const sentences = [korean, english].flatMap((words) => [
    words.intro(results.lighter!),
    ...words.sentences(results.lighter!),
    ...words.decoding.sentences(results.lighter!),
  ]);
  const texts = [...tables, ...sentences];
  const { claims } = claimsOf(
    [{ place: "x", texts }],
    { results },
    {
      ...{ commit: "c", machine: {}, profile: "tiny", seed: 0 },
    },
  );
  expect(claims.length).toBeGreaterThan(8 * 13);
  expect(claims.find(({ id }) => id === "results/lighter/rows/int4/scores/all/keptFacts")).toMatchObject({
    ...{ value: 0.38, shown: ["38.0%"], notebook: "09-lighter-model.ipynb" },
    statement: "kept facts of the distilled student as int4, all items",
    // Half of the interval [.34, .42].
    rerunTolerance: expect.closeTo(0.04, 9),
  });
  expect(claims.find(({ id }) => id.endsWith("fp32/tokensPerSecond"))!.rerunTolerance).toBeNull();
  for (const text of texts) {
    const left = pieces(text).flatMap((piece) => (piece.id === undefined ? [piece.text] : [" "]));
    expect(unclaimedNumerals(left.join("").replace(/`[^`]*`/g, ""))).toEqual([]);
  }
});

it("a run without lighter forms has no section, and a README that says so", () => {
  const { lighter: _, ...results } = changed();
  const doc = new DocumentBuilder();
  lighterSection(doc, results, english, englishNames, "en");
  expect(doc.blocks).toEqual([]);
  expect(lighterTable(results, englishReadme.lighter)).toBe(
    "The lighter forms were not measured in this run.",
  );
});
