// The audit's parts: correlations against scipy, copied spans and formats by hand, published differences by the formula.
import { describe, expect, it } from "vitest";
import { audit } from "../../src/analysis/audit";
import { copied } from "../../src/analysis/copied";
import { documentFormat } from "../../src/analysis/document-format";
import { latinHits } from "../../src/analysis/latin-hits";
import { publishedDifferences } from "../../src/analysis/published-differences";
import {
  characterTokenizer,
  defaultTokenizer,
  unicodeWordTokenizer,
  whitespaceTokenizer,
} from "../../src/metrics/rouge/tokenizers";
import type { Audit } from "../../src/results/audit";
import type { SampleRow } from "../../src/results/samples";
import { itemCorrelation } from "../../src/statistics/correlation";

// numpy.random.default_rng(1): x normal, y = x/2 + normal, three decimals.
const X =
  "0.346 0.822 0.33 -1.303 0.905 0.446 -0.537 0.581 0.365 0.294 0.028 0.547 -0.736 -0.163 -0.482 0.599 0.04 -0.292 -0.782 -0.257 0.008 -0.276 1.294 1.007 -2.711 -1.889 -0.175 -0.422 0.214 0.217 2.118 -1.112 -0.378 2.043 0.647 0.663 -0.514 -1.648 0.167 0.109 -1.227 -0.683 -0.072 -0.945 -0.098 0.095 0.036 -0.506 0.594 0.891 0.321 -0.818 0.732 -0.501 0.879 -1.072 0.914 -0.02 -1.249 -0.314 0.054 0.273 -0.982 -1.107 0.2 -0.467 0.236 0.76 -1.649 0.254 1.225 -0.298 -0.811 0.752 0.253 0.896 -0.345 -1.482 -0.11 -0.446 0.775 0.194 -1.631 -1.195 0.884 0.68 -0.64 -0.001 0.446 0.468 0.876 0.256 -0.095 -0.259 1.056 -2.251 -0.139 0.033 -1.425 0.333 -0.651 0.862 -0.126 0.669 1.219 0.383 -0.876 -1.514 1.753 -0.111 -0.689 0.144 -0.191 0.852 0.034 0.014 -0.715 0.47 -1.034 0.666";
const Y =
  "1.697 -1.114 -2.301 -0.035 3.001 -0.778 -1.519 0.88 -0.658 -0.359 -0.334 0.805 -0.774 0.196 -0.418 -0.545 -0.3 -1.097 -0.384 -1.252 -1.089 1.319 0.594 0.449 -0.844 -1.365 -0.316 0.214 0.389 -1.051 1.892 -1.146 -1.245 0.121 -0.067 1.959 -1.433 -0.664 -2.054 0.053 0.286 -0.578 -0.665 -0.241 0.651 0.711 1.99 -0.044 -0.296 0.32 0.088 -0.3 0.336 -0.077 -1.231 0.294 -0.118 -1.183 0.013 1.16 0.52 0.298 -1.423 2.318 0.98 -1.373 -0.662 0.467 -2.379 0.296 0.153 1.078 0.557 -2.335 0.168 -1.17 0.937 -0.573 0.493 -1.288 2.216 2.117 -1.88 -0.225 -0.231 0.316 -1.586 1.867 -0.746 -0.062 0.94 -0.519 -0.287 -0.693 0.394 -2.296 -0.507 -0.19 -1.046 0.223 -0.619 1.184 -0.386 0.198 -0.055 -0.335 -1.702 -0.238 -0.266 -0.802 0.015 0.475 -0.496 -1.593 0.437 0.266 -1.77 1.005 -1.218 -0.793";
const POINTS = X.split(" ").map((x, i) => [Number(x), Number(Y.split(" ")[i])] as const);

describe("correlation", () => {
  it("is scipy's spearmanr, ties included", () => {
    // scipy.stats.spearmanr gives 0.7818325406743832 for these.
    const x = [1, 2, 2, 3, 4, 5, 5, 9];
    const y = [2, 1, 4, 4, 3, 8, 6, 5];
    const found = itemCorrelation(x.map((value, i) => [[value, y[i]!] as const]));
    expect(found.rho).toBeCloseTo(0.7818325406743832, 12);
    expect(found.points).toBe(8);
  });

  it("has the interval that resampling with scipy gives", () => {
    // 120 points of y = x/2 + noise; 20,000 resamples with numpy and scipy: [0.168, 0.497], rho 0.3411394580854854.
    const found = itemCorrelation(POINTS.map((point) => [point]));
    expect(found.rho).toBeCloseTo(0.3411394580854854, 12);
    expect(found.interval95![0]).toBeGreaterThan(0.168 - 0.03);
    expect(found.interval95![0]).toBeLessThan(0.168 + 0.03);
    expect(found.interval95![1]).toBeGreaterThan(0.497 - 0.03);
    expect(found.interval95![1]).toBeLessThan(0.497 + 0.03);
  });

  it("keeps an item's points together: doubled points do not narrow the interval", () => {
    const once = itemCorrelation(POINTS.map((point) => [point]));
    const twice = itemCorrelation(POINTS.map((point) => [point, point]));
    expect(twice.points).toBe(240);
    expect(twice.rho).toBeCloseTo(once.rho!, 10);
    const width = ([low, high]: [number, number]) => high - low;
    expect(width(twice.interval95!)).toBeCloseTo(width(once.interval95!), 10);
  });

  it("is none for a constant side and for two points", () => {
    expect(itemCorrelation([[[1, 1]], [[1, 2]], [[1, 3]]])).toMatchObject({ rho: null, interval95: null });
    expect(itemCorrelation([[[1, 1]], [[2, 2]]]).rho).toBeNull();
  });
});

describe("copied spans", () => {
  it("of a text in words", () => {
    const document = "시청은 5월 10일 광장에서 행사를 연다. 누구나 무료로 참여할 수 있다.";
    // "5월 10일 광장에서" and "무료로" are copied: four of six words.
    expect(copied("행사는 5월 10일 광장에서 무료로 열린다.", document)).toMatchObject({
      words: 6,
      coverage: 4 / 6,
      longest: 3,
      trigrams: 1 / 4,
    });
    expect(copied(document, document)).toMatchObject({ coverage: 1, trigrams: 1, longest: 11 });
    expect(copied("", document)).toEqual({ words: 0, coverage: undefined, longest: 0, trigrams: undefined });
  });
});

describe("format of a document", () => {
  it.each([
    ["시청은 행사를 연다. 누구나 온다.", "prose"],
    ["제목\n- 하나\n- 둘", "list"],
    ["순서\n1. 씻는다\n2. 썬다", "list"],
    ["민수: 갈까?\n영희: 그래.\n민수: 좋아.", "dialogue"],
    ["일시: 5월 10일\n장소: 광장", "lines"],
    ["첫 줄\n\n둘째 줄", "lines"],
  ])("%j is %s", (document, format) => {
    expect(documentFormat(document)).toBe(format);
  });
});

describe("on what letters ROUGE rests", () => {
  const references = ["GTX 노선은 3월 개통", "시청 앞 광장", "A등급"];
  const predictions = ["GTX 노선이 3월 개통", "광장", "B등급"];

  it("counts shared tokens by script", () => {
    // Words: GTX, 3월 and 개통 are shared in the first item, 광장 in the second, nothing in the third.
    expect(latinHits(references, predictions, unicodeWordTokenizer)).toEqual({
      ...{ items: 3, withHits: 2, latinOnly: 0, hits: 4, latinHits: 1 },
    });
    // What is left of the first is "gtx" and "3"; the second has no token at all.
    expect(latinHits(references, predictions, defaultTokenizer)).toEqual({
      ...{ items: 3, withHits: 1, latinOnly: 1, hits: 2, latinHits: 2 },
    });
    expect(latinHits(["aa 가"], ["a 가가"], characterTokenizer)).toMatchObject({ hits: 2, latinHits: 1 });
  });
});

function rows(scores: [string, number][][]): SampleRow[] {
  return scores[0]!.map((_, i) => ({
    ...{ id: `i${i}`, testSet: "other" as const, topic: i % 2 ? "b" : "a" },
    document: `문서 ${i}번은 길이가 ${"길".repeat(i)} 다르다.`,
    reference: `문서 ${i}번`,
    outputs: { untuned: `문서 ${i}`, distilled: `문서 ${i}번이다` } as SampleRow["outputs"],
    scores: {
      untuned: { "rouge1.whitespace": scores[0]![i]![1], "bertscore.f": scores[1]![i]![1], inventedFacts: 0 },
      distilled: { "rouge1.whitespace": 0.5, "bertscore.f": 0.9, keptFacts: i % 2, inventedFacts: 0 },
    } as unknown as SampleRow["scores"],
  }));
}

describe("published differences", () => {
  it("are within reach or not by (z.975 + z.80) sd / sqrt(n)", () => {
    // Differences .35 and .65 minus .5 in turn: standard deviation .15 (n - 1: .1507...); scipy: .0293 at 206 for .15.
    const values = Array.from({ length: 200 }, (_, i): [string, number] => ["", i % 2 ? 0.35 : 0.65]);
    const bertscore = { precision: 0, recall: 0, f: 0 };
    const published = (a: number, b: number) => [
      { system: "untuned" as const, model: "", rouge1: a, rouge2: 0, rouge2sum: 0, bertscore },
      { system: "distilled" as const, model: "", rouge1: b, rouge2: 0, rouge2sum: 0, bertscore },
    ];
    const of = (a: number, b: number) =>
      publishedDifferences(published(a, b), rows([values, values])).find(
        (row) => row.metric === "rouge1.whitespace",
      )!;
    expect(of(0.5, 0.471).verdict).toBe("within");
    expect(of(0.5, 0.47).verdict).toBe("beyond");
    expect(of(0.47, 0.5).verdict).toBe("beyond");
    const { detectable } = of(0.5, 0.4);
    expect(detectable[206]).toBeCloseTo(0.029279353707160314, 3);
    expect(detectable[106]).toBeCloseTo(0.04081710171813328, 3);
    expect(detectable[100]).toBeCloseTo(0.042023778271694526, 3);
  });
});

describe("the whole", () => {
  const values = Array.from({ length: 12 }, (_, i): [string, number] => ["", i / 12]);
  const samples = rows([values, values.map(([id, value]) => [id, 1 - value])]);
  const found: Audit = audit({
    samples,
    systems: ["untuned", "distilled"],
    tokenizers: [defaultTokenizer, whitespaceTokenizer],
    published: [],
    repeated: [{ composition: "same", items: 12, identical: 11 }],
  });

  it("a share of trigrams is none where no text has a trigram", () => {
    // "문서 0" to "문서 11" have two words each.
    const of = (system: string) => found.copied.find((row) => row.system === system)!;
    expect(of("untuned")).toMatchObject({ words: 2, trigrams: null });
  });

  it("groups with danfo as a loop does", () => {
    for (const group of ["a", "b"]) {
      const members = samples.filter((row) => row.topic === group);
      const row = found.groups.find((g) => g.system === "untuned" && g.by === "topic" && g.group === group)!;
      const mean = members.reduce((sum, m) => sum + m.scores.untuned!["rouge1.whitespace"]!, 0) / 6;
      expect(row.items).toBe(6);
      expect(row.scores["rouge1.whitespace"]).toBeCloseTo(mean, 12);
      // No facts: not 0 kept, but none.
      expect(row.scores.keptFacts).toBeNull();
    }
    const kept = found.groups.filter((g) => g.system === "distilled" && g.by === "topic");
    expect(Object.fromEntries(kept.map((g) => [g.group, g.scores.keptFacts]))).toEqual({ a: 0, b: 1 });
    const thirds = found.groups.filter((g) => g.system === "untuned" && g.by === "length");
    expect(thirds.map((g) => g.items)).toEqual([4, 4, 4]);
  });

  it("orders items and correlates both metrics", () => {
    expect(found.worst.filter((row) => row.system === "untuned").map((row) => row.id)).toEqual([
      ...["i0", "i1", "i2", "i3", "i4"],
    ]);
    expect(found.best.filter((row) => row.system === "untuned")[0]!.id).toBe("i11");
    const of = (system: string) => found.agreement.find((row) => row.system === system)!;
    expect(of("untuned").rho).toBeCloseTo(-1, 12);
    expect(of("distilled").rho).toBeNull();
  });

  it("survives a file: no number is lost in JSON", () => {
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  it("counts kinds of facts and repeats", () => {
    const numbers = found.facts.find((row) => row.system === "untuned" && row.kind === "number")!;
    expect(numbers.expected).toBe(12);
    expect(numbers.kept).toBeGreaterThan(0);
    expect(found.repetition[0]).toMatchObject({
      system: "untuned",
      repeatedSentence: 0,
      stutter: 0,
      empty: 0,
    });
    expect(() => audit({ samples: [], systems: [], tokenizers: [], published: [], repeated: [] })).toThrow(
      /expected scored items/,
    );
  });
});
