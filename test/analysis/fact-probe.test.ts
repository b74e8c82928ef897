// The fact probe on the generated corpus: n-gram overlap rewards the wrong number, kept facts never do.
import { join } from "node:path";
import { expect, it } from "vitest";
import { factProbe, probeItems, withOneWrongFact } from "../../src/analysis/fact-probe";
import { furtherSummaries, STUDY_COUNTS, STUDY_SEED, studyCorpus } from "../../src/corpus/corpus";
import { loadBertScorer } from "../../src/metrics/bertscore/load-bert-scorer";
import { metricOf } from "../../src/metrics/registry";
import { characterTokenizer, whitespaceTokenizer } from "../../src/metrics/rouge/tokenizers";
import { oracleFolder } from "../metrics/oracle";

const counts = { ...STUDY_COUNTS, train: 0, validation: 0 };
const items = studyCorpus(STUDY_SEED, counts);
const probe = probeItems(items, furtherSummaries(40, STUDY_SEED, counts));

it("one number is wrong, and only one", () => {
  const made = withOneWrongFact(
    "해평군이 5월 10일 30명을 뽑는다.",
    "해평군이 5월 10일, 6월 10일에 30명을 뽑는다.",
  );
  // 6월 10일 stands in the document, so another fact is changed.
  expect(made).toEqual({ text: "해평군이 5월 10일 31명을 뽑는다.", change: { from: "30명", to: "31명" } });
  expect(withOneWrongFact("좋은 소식이다.", "좋은 소식이다.")).toBeUndefined();
});

it("the paraphrase states the same facts in other words", () => {
  console.log(`Fact probe: ${probe.length} of ${items.length} items`);
  expect(probe.length).toBeGreaterThan(60);
  for (const item of probe) {
    expect(item.paraphrase).not.toBe(item.reference);
    expect(item.document).not.toContain(item.change.to);
    expect(item.wrong.replace(item.change.to, item.change.from)).toBe(item.reference);
  }
});

it("shows what each metric sees", async () => {
  const bert = await loadBertScorer({ encoder: join(oracleFolder, "bertscore/models/tiny-bert"), layer: 2 });
  const metrics = ["rougeL.whitespace", "rougeL.character", "bertscore.f", "keptFacts"].map(metricOf);
  const tokenizers = [whitespaceTokenizer, characterTokenizer];
  const results = factProbe(probe, metrics, {
    bertScorer: bert,
    tokenizers: new Map(tokenizers.map((tokenizer) => [tokenizer.name, tokenizer])),
  });
  console.table(results);
  const of = (name: string) => results.find(({ metric }) => metric === name)!;
  expect(of("keptFacts")).toMatchObject({ wrongAbove: 0, ties: 0, meanParaphrase: 1 });
  // What the design found with a tiny encoder, 160 times in 160, holds for every overlap metric here.
  for (const metric of ["rougeL.whitespace", "rougeL.character", "bertscore.f"]) {
    expect(of(metric).wrongAbove / probe.length, metric).toBeGreaterThan(0.8);
  }
  expect(() => factProbe([], [], {})).toThrow(/at least one item/);
});
