// Sentences about the search: each chosen by the tests and the misses.
import { describe, expect, it } from "vitest";
import { inWords, joined, textOf } from "../../src/report/catalogue/said";
import { searchFindings } from "../../src/report/findings/search";
import { pieces } from "../../src/report/marks";
import type { IndexComparison, SearchStudy } from "../../src/results/search";
import { fixtureResults } from "../figures/fixture-figures";

const comparison = (change: Partial<IndexComparison>): IndexComparison => ({
  ...{ a: "distilled", b: "document", difference: -0.2, interval95: [-0.3, -0.1], p: 0.001, pHolm: 0.002 },
  ...{ effectSize: -0.5, detectable: 0.08, verdict: "b" },
  ...change,
});
const study = (change: Partial<SearchStudy>): SearchStudy => ({
  encoder: { name: "e", engine: "tensorflow", layer: 2, hash: "h" },
  ...{ queries: 206, source: "facts", comparisons: [comparison({})], map: [], explained: [0.5, 0.2] },
  misses: [{ index: "distilled", missed: 50, missedWithoutFact: 40, found: 156, foundWithoutFact: 78 }],
  rows: ["document", "distilled"].map((index, i) => ({
    ...{ index, ndcg10: 0.8 - 0.2 * i, mrr: 0.7, recall1: 0.6, recall5: 0.8, recall10: 0.9, map: 0.7 },
  })),
  ...change,
});
const said = (change: Partial<SearchStudy>) => {
  const { rows, ...rest } = study(change);
  return textOf(joined(searchFindings({ ...fixtureResults(), retrieval: rows, search: rest }), "\n"));
};

describe("Korean", () => {
  it("best index and verdicts", () => {
    expect(said({})).toMatch(/원문을 색인할 때 nDCG@10이 0\.800로 가장 높다/);
    expect(said({})).toMatch(
      /증류 학생의 요약을 색인하면 원문을 색인할 때보다 못 찾는다 \(nDCG@10 차이 −0\.200/,
    );
    expect(said({ comparisons: [comparison({ verdict: "a", difference: 0.2 })] })).toMatch(/더 잘 찾는다/);
    expect(said({ comparisons: [comparison({ verdict: "tie", pHolm: 0.4 })] })).toMatch(
      /동률이다 .*최소 검출 차이 0\.080/,
    );
  });

  it("what to improve", () => {
    expect(said({})).toMatch(
      /놓친 질의 50건 가운데 80\.0%에서, 찾은 질의 가운데 50\.0%.*먼저 고칠 것은 요약/,
    );
    const equal = [
      { index: "distilled", missed: 50, missedWithoutFact: 10, found: 156, foundWithoutFact: 78 },
    ];
    expect(said({ misses: equal })).toMatch(/요약이 아니라 인코더/);
    const none = [{ index: "distilled", missed: 0, missedWithoutFact: 0, found: 206, foundWithoutFact: 3 }];
    expect(said({ misses: none })).toMatch(/고칠 곳이 보이지 않는다/);
    expect(said({ source: "file" })).toMatch(/까닭을 나누지 못한다/);
  });
});

it("every sentence is about our data, in both languages", () => {
  const { rows, ...rest } = study({});
  const findings = searchFindings({ ...fixtureResults(), retrieval: rows, search: rest });
  const [ko, en] = [findings.map((one) => inWords(one, "ko")), findings.map((one) => inWords(one, "en"))];
  // Every number says where it lies; the cut-off of nDCG@10 is a name.
  for (const sentence of [...ko, ...en]) {
    const plain = pieces(sentence).flatMap(({ text, id }) => (id === undefined ? [text] : []));
    expect(plain.join("").replace(/nDCG@10|95%/g, "")).not.toMatch(/\d/);
  }
  for (const sentence of ko) expect(sentence).toMatch(/^우리 자료에서는 /);
  for (const sentence of en) expect(sentence).toMatch(/^On our data, /);
});
