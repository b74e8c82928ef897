// The lighter forms in report and README: sentences follow the tests and the rule, and every number has its place.
import { describe, expect, it } from "vitest";
import { LANGUAGES, type Language } from "../../src/base/language";
import { inWords, joined, textOf } from "../../src/report/catalogue/said";
import { claimsOf } from "../../src/report/claims/ledger";
import { unclaimedNumerals } from "../../src/report/claims/numerals";
import { DocumentBuilder } from "../../src/report/document";
import { decodingFindings, type Lightened, lighterFindings } from "../../src/report/findings/lighter";
import { pieces } from "../../src/report/marks";
import type { Numbers } from "../../src/report/quantity";
import { lighterTable } from "../../src/report/readme/lighter";
import { lighterSection } from "../../src/report/sections/lighter";
import type { LighterResults } from "../../src/results/lighter";
import { fixtureResults } from "../figures/fixture-figures";

const changed = (change: (lighter: LighterResults) => void = () => undefined) => {
  const results = fixtureResults();
  change(results.lighter!);
  return results;
};
const said = (language: Language, change?: (lighter: LighterResults) => void) => {
  const results = changed(change) as Lightened;
  return textOf(joined([...lighterFindings(results), ...decodingFindings(results)], "\n"), language);
};

describe("what is lost where", () => {
  it("names the form, the texts, the score and the test, and the forms that lose nothing", () => {
    // The fixture's int4 is worse in all three scores on other topics and on all texts, nothing else is.
    const ko = said("ko");
    expect(ko).toContain("int4는 fp32보다 낮다");
    expect(ko).toContain("ROUGE-1(공백)(차이 −0.031, 95% 신뢰구간 [−0.039, −0.023], Holm 보정 p = 0.003)");
    expect(ko).toMatch(/유의하게 낮지 않은 형식: bf16, int8, int4·int8 혼합, ONNX fp32/);
    const en = said("en");
    expect(en).toMatch(/int4 is below fp32 in ROUGE-1 \(whitespace\)/);
    expect(en.match(/difference −0\.031/g)).toHaveLength(2);
  });

  it("says so when nothing is lost", () => {
    const none = (lighter: LighterResults) => {
      for (const row of lighter.comparisons) row.verdict = "tie";
    };
    expect(said("en", none)).not.toContain("is below fp32");
    expect(said("en", none)).toMatch(/no significant loss .*: bf16, int8, int4, /);
  });
});

it("the recommendation is that of the results, with its size as a share of fp32's", () => {
  // 268,000 of 1,526,000 bytes are 17.6 %, 293,000 of 1,551,000 are 18.9 %.
  expect(said("en")).toContain(
    "recommends int4 and int8 mixed in the engine (268.0 kB, 17.6% of fp32's file)",
  );
  expect(said("ko")).toContain("ONNX q4 (혼합)(293.0 kB, ONNX fp32 파일의 18.9%)");
});

describe("ways of decoding", () => {
  it("names the fastest of each model", () => {
    // 1200 tokens in 15 s against 24 s: 80 tokens/s, 1.6 times.
    expect(said("en")).toContain(
      "LoRA teacher writes fastest with drafts by the distilled student: 80 tokens/s, 1.60 times",
    );
    expect(said("en")).toContain("plain decoding is the fastest for the distilled student (126 tokens/s)");
    expect(said("ko")).toContain("LoRA 교사는 증류 학생의 초안으로 쓸 때 가장 빠르다");
  });

  it("counts texts that differ", () => {
    expect(said("en")).toContain("the same texts as plain decoding, token by token");
    const differs = (lighter: LighterResults) => {
      lighter.decoding[1]!.identical = 23;
    };
    expect(said("en", differs)).toContain("some texts differ");
  });
});

it("every number of section and README table is a claim with the value of its place", () => {
  const results = changed();
  const numbers: Numbers = new Map();
  const texts = LANGUAGES.flatMap((language) => {
    const doc = new DocumentBuilder(language);
    lighterSection(doc, { results });
    const table = lighterTable(results, (said) => inWords(said, language, numbers));
    for (const [id, number] of doc.numbers) numbers.set(id, number);
    const sentences = doc.blocks.flatMap((block) =>
      block.kind === "list" ? block.items.flat() : block.kind === "paragraph" ? block.inlines : [],
    );
    return [table, ...(sentences as string[])];
  });
  const { claims } = claimsOf(
    [{ place: "x", texts, numbers }],
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
  const doc = new DocumentBuilder("en");
  lighterSection(doc, { results });
  expect(doc.blocks).toEqual([]);
  expect(lighterTable(results, (said) => textOf(said, "en"))).toBe(
    "The lighter forms were not measured in this run.",
  );
});
