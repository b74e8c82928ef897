// The audit's sentences: other figures give other sentences, and every one says on whose data it holds.
import { describe, expect, it } from "vitest";
import { type Said, textOf } from "../../src/report/catalogue/said";
import { DocumentBuilder } from "../../src/report/document";
import { latinShare, tokenizerOrder, trendOf } from "../../src/report/findings/audit";
import * as sentences from "../../src/report/findings/audit-sentences";
import { auditSection } from "../../src/report/sections/audit";
import type { Audit } from "../../src/results/audit";
import type { StudyResults } from "../../src/results/study-results";
import type { SystemId } from "../../src/results/systems";
import { fixtureResults } from "../figures/fixture-figures";

const RUN = fixtureResults();
/** A finding's sentence as it is read. */
const reader =
  <Given>(find: (run: StudyResults, given: Given) => Said) =>
  (given: Given) =>
    textOf(find(RUN, given));
const orderSentence = reader(sentences.orderFinding);
const agreementSentence = reader(sentences.agreementFinding);
const lengthSentence = reader(sentences.lengthFinding);
const reachSentence = reader(sentences.reachFinding);
const repeatedSentence = reader(sentences.repeatedFinding);
const latinSentences = (found: Parameters<typeof sentences.latinFindings>[0]) =>
  sentences.latinFindings(found).map((finding) => textOf(finding));

const up = { points: 100, rho: 0.5, interval95: [0.3, 0.7] as [number, number] };
const down = { points: 100, rho: -0.5, interval95: [-0.7, -0.3] as [number, number] };
const flat = { points: 100, rho: 0.05, interval95: [-0.1, 0.2] as [number, number] };
const unknown = { points: 2, rho: null, interval95: null };

/** Two systems whose ROUGE-1 means are given by tokenizer. */
const resultsWith = (rouge: Record<string, [untuned: number, distilled: number]>): StudyResults =>
  ({
    recipes: RUN.recipes,
    systems: (["untuned", "distilled"] as SystemId[]).map((system, i) => ({
      system,
      scores: {
        all: {
          ...Object.fromEntries(Object.entries(rouge).map(([name, values]) => [`rouge1.${name}`, values[i]])),
        },
      },
    })),
  }) as unknown as StudyResults;

const auditWith = (change: Partial<Audit> = {}): Audit => ({
  items: 206,
  latin: [
    {
      tokenizer: "default",
      system: "untuned",
      items: 206,
      withHits: 100,
      latinOnly: 100,
      hits: 120,
      latinHits: 120,
    },
    {
      tokenizer: "unicode_word",
      system: "untuned",
      items: 206,
      withHits: 200,
      latinOnly: 5,
      hits: 400,
      latinHits: 40,
    },
  ],
  length: (["precision", "recall", "f"] as const).map((column) => ({
    ...{ system: "untuned" as const, column, meanCharacters: 30 },
    ...(column === "precision" ? down : up),
  })),
  agreement: [{ system: "all", ...up }],
  published: [
    {
      ...{ a: "distilled", b: "lora-teacher", metric: "bertscore.f", difference: -0.0011, deviation: 0.1 },
      ...{ detectable: { 100: 0.028, 106: 0.027, 206: 0.0195 }, verdict: "within" },
    } as Audit["published"][number],
  ],
  groups: [0.2, 0.6].map((rouge1, i) => ({
    ...{ by: "topic" as const, group: ["우리 주제", "weather"][i]!, system: "distilled" as const, items: 10 },
    scores: { "rouge1.whitespace": rouge1, "bertscore.f": 0.8, keptFacts: null, inventedFacts: 0.1 },
  })),
  copied: (["reference", "distilled"] as const).map((system, i) => ({
    ...{ system, words: 12, coverage: [0.4, 0.6][i]!, longest: 3, trigrams: 0.1 },
  })),
  facts: [{ system: "distilled", kind: "date", expected: 20, kept: 5, stated: 20, invented: 10 }],
  repetition: [{ system: "distilled", sentences: 2, repeatedSentence: 0, stutter: 0, empty: 0 }],
  best: [],
  worst: [],
  repeated: [{ composition: "same", items: 206, identical: 206 }],
  ...change,
});
const said = (audit: Audit, results = resultsWith({ whitespace: [0.1, 0.4], default: [0.2, 0.5] })) =>
  sentences
    .auditConclusions(results, audit)
    .flatMap(({ findings }) => findings.map((finding) => textOf(finding)));

describe("each conclusion follows the figures", () => {
  it("order under tokenizers", () => {
    const same = tokenizerOrder(resultsWith({ whitespace: [0.1, 0.4], default: [0.2, 0.5] }));
    expect(orderSentence(same)).toMatch(/모두 .*같은 순서/);
    const turned = tokenizerOrder(resultsWith({ whitespace: [0.1, 0.4], default: [0.6, 0.5] }));
    expect(orderSentence(turned)).toMatch(/순서가 달라진다.*기본\(미조정 학생 > 증류 학생\)/);
    expect(orderSentence(tokenizerOrder(resultsWith({ whitespace: [0, 1] })))).toMatch(/측정하지 않음/);
  });

  it("what the default tokenizer sees", () => {
    const share = latinShare(auditWith())!;
    expect(share).toMatchObject({ texts: 206, withoutHits: 106, hits: 400, latinHits: 40, latinOnly: 5 });
    expect(latinSentences(share).join()).toMatch(/106편\(51\.5%\).*90\.0%를 보지 못한다.*5편\(2\.4%\)/);
    const [plain, words] = auditWith().latin;
    const latin = [
      { ...plain!, withHits: 206 },
      { ...words!, latinHits: 300, latinOnly: 0 },
    ];
    const other = latinSentences(latinShare(auditWith({ latin }))).join();
    expect(other).toMatch(/하나는 있다.*절반이 넘는 75\.0%.*뿐인 요약은 없다/);
    expect(latinSentences(undefined).join()).toMatch(/측정하지 않음/);
  });

  it("length against precision and recall, by sign and interval", () => {
    const of = (precision: typeof up | typeof unknown, recall: typeof up) =>
      lengthSentence({
        ...{ system: "untuned", meanCharacters: 30 },
        precision: { ...precision, trend: trendOf(precision) },
        recall: { ...recall, trend: trendOf(recall) },
      });
    expect(of(down, up)).toMatch(/재현율은 높아지고 정밀도는 낮아진다/);
    expect(of(up, down)).toMatch(/정밀도는 높아지고 재현율은 낮아진다/);
    expect(of(up, up)).toMatch(/함께 높아진다/);
    expect(of(down, down)).toMatch(/함께 낮아진다/);
    expect(of(flat, up)).toMatch(/재현율이 높아진다. 정밀도와의 관계는 확인되지/);
    expect(of(down, flat)).toMatch(/정밀도가 낮아진다. 재현율과의 관계는 확인되지/);
    expect(of(flat, flat)).toMatch(/관계가 확인되지 않는다/);
    expect(of(unknown, up)).toMatch(/측정하지 않음/);
  });

  it("agreement of the metrics", () => {
    expect(agreementSentence({ system: "all", ...up })).toMatch(/중간 정도의 양의 상관.*ρ = 0\.50/);
    expect(agreementSentence({ system: "all", ...flat })).toMatch(/상관이 확인되지 않는다/);
    expect(agreementSentence({ system: "all", ...down })).toMatch(/서로 어긋난다/);
  });

  it("what 206 items can tell", () => {
    const [row] = auditWith().published;
    expect(reachSentence({ metric: "bertscore.f", pairs: 6, within: [row!] })).toMatch(
      /6쌍 가운데 1쌍.*동률로 보아야.*0\.0011\(최소 검출 차이 0\.0195\)/,
    );
    expect(reachSentence({ metric: "bertscore.f", pairs: 6, within: [] })).toMatch(/6쌍은 모두/);
  });

  it("copying, repeats, facts, groups", () => {
    const first = said(auditWith()).join("\n");
    expect(first).toMatch(/그대로 옮긴 낱말의 비율은 기준 요약보다 높다/);
    expect(first).toMatch(/반복한 요약이 없다/);
    expect(first).toMatch(/가장 못 지킨 사실은 날짜이다.*20개 가운데 25\.0%/);
    expect(first).toMatch(/‘우리 주제’\(ROUGE-1 0\.200, 10건\)에서 가장 낮고 ‘날씨’/);
    const other = said(
      auditWith({
        copied: auditWith().copied.map((row) => ({
          ...row,
          coverage: row.system === "reference" ? 0.9 : 0.2,
        })),
        repetition: [{ system: "distilled", sentences: 2, repeatedSentence: 3, stutter: 1, empty: 0 }],
        facts: [{ system: "distilled", kind: "person", expected: 20, kept: 20, stated: 20, invented: 0 }],
      }),
    ).join("\n");
    expect(other).toMatch(/그대로 옮긴 낱말의 비율은 기준 요약보다 낮다/);
    expect(other).toMatch(/반복한 요약이 있다: 증류 학생 3편/);
    expect(other).toMatch(/지어낸 사실은 확인되지 않는다/);
  });

  it("same input, same text", () => {
    expect(repeatedSentence({ composition: "same", items: 9, identical: 9 })).toMatch(/9건 모두/);
    expect(repeatedSentence({ composition: "other", items: 10, identical: 4 })).toMatch(/4건\(40\.0%\)/);
    expect(repeatedSentence({ composition: "single", items: 3, identical: 0 })).toMatch(
      /같은 요약이 나온 것이 없다/,
    );
  });
});

it("every conclusion is about our data, and no particle is left open", () => {
  for (const sentence of said(auditWith())) {
    expect(sentence).toMatch(/우리 자료에서|측정하지 않음/);
    expect(sentence).not.toMatch(/\[[이을은과][/]/);
    expect(sentence).toMatch(/[.]$/);
  }
});

it("the section needs no engine and leaves out what a run lacks", () => {
  const doc = new DocumentBuilder("ko");
  const results = { ...resultsWith({ whitespace: [0.1, 0.4] }), audit: auditWith() };
  auditSection(doc, { results });
  const tables = doc.blocks.flatMap((block) => (block.kind === "table" ? [block.id] : []));
  expect(tables).toEqual(["audit-published", "audit-groups", "audit-copied", "audit-facts"]);
  const none = new DocumentBuilder("ko");
  auditSection(none, { results: { ...results, audit: undefined } as unknown as StudyResults });
  expect(none.blocks).toEqual([]);
});
