// Scoring and comparing whole systems on the generated corpus, with a tiny encoder.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { furtherSummaries, studyCorpus } from "../../src/corpus/corpus";
import { BertScorer } from "../../src/metrics/bertscore/bert-scorer";
import { compareSystems } from "../../src/metrics/compare-systems";
import { scoreFacts } from "../../src/metrics/facts/facts";
import { metricOf, studyMetrics } from "../../src/metrics/registry";
import { linesOfSentences } from "../../src/metrics/rouge/lines";
import { rouge } from "../../src/metrics/rouge/rouge";
import { sentencePerLine } from "../../src/metrics/rouge/sentences";
import {
  characterTokenizer,
  defaultTokenizer,
  whitespaceTokenizer,
} from "../../src/metrics/rouge/tokenizers";
import { samplesOf } from "../../src/metrics/sample-rows";
import { type ScoredSystem, SystemScorer } from "../../src/metrics/score-system";
import { loadEncoder } from "../../src/models/encoder";
import { loadEncoderTokenizer } from "../../src/prompts/encoder-tokenizer";
import { oracleFolder } from "./oracle";

const counts = { train: 0, validation: 0, "test-in-domain": 30, "test-other": 20 };
const items = studyCorpus(5, counts);
const further = furtherSummaries(1, 5, counts);
const paraphrases = items.map((item) => further.get(item.id)![0]!);
const leads = items.map((item) => item.document.slice(0, 40));
const tokenizers = [defaultTokenizer, whitespaceTokenizer, characterTokenizer];
let scorer: SystemScorer;
let scored: ScoredSystem[];

beforeAll(async () => {
  const folder = join(oracleFolder, "bertscore/models/tiny-bert");
  const encoder = loadEncoder(folder);
  const tokenizer = await loadEncoderTokenizer(folder, encoder.maxLength);
  scorer = new SystemScorer({
    items,
    metrics: studyMetrics(tokenizers.map(({ name }) => name)),
    tokenizers: new Map(tokenizers.map((one) => [one.name, one])),
    lines: linesOfSentences,
    bertScorer: new BertScorer({ encoder, tokenizer, layer: 2 }),
  });
  scored = [
    scorer.score("lora-teacher", "annotator", paraphrases),
    scorer.score("untuned", "lead", leads),
    scorer.score("distilled", "annotator again", paraphrases),
  ];
});

describe("one system", () => {
  it("has means of what its items score one by one", () => {
    const { result, perItem } = scored[0]!;
    const each = items.map((item, i) => {
      const lsum = rouge(
        sentencePerLine(item.summary),
        sentencePerLine(paraphrases[i]!),
        whitespaceTokenizer,
      );
      return { ...rouge(item.summary, paraphrases[i]!, whitespaceTokenizer), rougeLsum: lsum.rougeLsum };
    });
    for (const type of ["rouge1", "rouge2", "rougeL", "rougeLsum"] as const) {
      expect([...perItem[`${type}.whitespace`]!]).toEqual(each.map((scores) => scores[type].f));
      const mean = each.reduce((sum, scores) => sum + scores[type].f, 0) / items.length;
      expect(result.scores.all[`${type}.whitespace`]).toBeCloseTo(mean, 12);
    }
    expect(result.items).toEqual({ all: 50, "in-domain": 30, other: 20 });
  });

  it("weighs the two test sets by their items", () => {
    const { scores } = scored[1]!.result;
    const of = "rouge1.whitespace";
    expect(scores.all[of]).toBeCloseTo((scores["in-domain"][of]! * 30 + scores.other[of]! * 20) / 50, 12);
    // A reference without facts has nothing to keep and counts nowhere.
    const kept = scored[1]!.perItem.keptFacts!.flatMap((value) => value ?? []);
    expect(kept.length).toBeLessThan(50);
    expect(scores.all.keptFacts).toBeCloseTo(kept.reduce((sum, value) => sum + value, 0) / kept.length, 12);
  });

  it("has intervals around its means", () => {
    for (const { result } of scored) {
      const [low, high] = result.interval95.all["rouge1.whitespace"]!;
      const mean = result.scores.all["rouge1.whitespace"]!;
      expect(low).toBeLessThanOrEqual(mean);
      expect(high).toBeGreaterThanOrEqual(mean);
      expect(result.interval95.other["bertscore.f"]).toBeDefined();
    }
  });

  it("counts items that the default tokenizer empties", () => {
    const noLatin = items.filter(
      (item, i) => !/[a-z0-9]/i.test(item.summary) || !/[a-z0-9]/i.test(leads[i]!),
    );
    expect(scored[1]!.result.scores.all["withoutTokens.default"]).toBe(noLatin.length);
  });

  it("makes a row an item, with hashes of what went in", () => {
    const rows = samplesOf(
      items,
      scored,
      items.map((_, i) => [1, i]),
    );
    expect(rows.length).toBe(50);
    const row = rows[0]!;
    expect(row).toMatchObject({ id: items[0]!.id, outputs: { untuned: leads[0] }, topic: items[0]!.topic });
    expect(row.scores["lora-teacher"]!["rouge1.whitespace"]).toBe(
      scored[0]!.perItem["rouge1.whitespace"]![0],
    );
    const sha256 = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);
    expect(row.hashes).toMatchObject({ document: sha256(items[0]!.document), prompt: sha256("1,0") });
    expect(row.hashes!.outputs.untuned).toBe(sha256(leads[0]!));
    const lost = items.map((item, i) => scoreFacts(leads[i]!, item.summary, item.document).lost);
    expect(rows.map(({ facts }) => facts!.untuned!.lost)).toEqual(lost);
    // Counts are of a test set, not of an item.
    expect(Object.keys(row.scores.untuned!)).not.toContain("withoutTokens.default");
  });

  it("refuses other counts and training items", () => {
    expect(() => scorer.score("untuned", "m", ["하나"])).toThrow(/expected 50 texts, one an item, found 1/);
    expect(
      () =>
        new SystemScorer({
          items: [{ ...items[0]!, split: "train" }],
          metrics: [],
        }),
    ).toThrow(/train/);
  });
});

describe("several systems", () => {
  it("tells another annotator from the lead, and equal systems are a tie", () => {
    const comparisons = compareSystems(scored, {
      metrics: ["rouge1.whitespace", "inventedFacts"].map(metricOf),
    });
    expect(comparisons.length).toBe(3 * 2 * 3);
    const of = (a: string, b: string, metric: string) =>
      comparisons.find((c) => c.a === a && c.b === b && c.metric === metric && c.testSet === "all")!;
    const clear = of("lora-teacher", "untuned", "rouge1.whitespace");
    expect(clear.verdict).toBe("a");
    expect(clear.difference).toBeGreaterThan(clear.detectable);
    expect(clear.effectSize).toBeGreaterThan(0.5);
    expect(of("untuned", "distilled", "rouge1.whitespace").verdict).toBe("b");
    expect(of("lora-teacher", "distilled", "rouge1.whitespace")).toMatchObject({
      p: 1,
      pHolm: 1,
      difference: 0,
      effectSize: 0,
      verdict: "tie",
    });
    for (const c of comparisons) expect(c.pHolm).toBeGreaterThanOrEqual(c.p);
  });

  it("names the metrics there are", () => {
    expect(() => compareSystems(scored, { metrics: [metricOf("rouge1.mecab")] })).toThrow(
      /rouge1\.mecab.*rouge1\.whitespace/,
    );
  });
});
