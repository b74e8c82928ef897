// The search over embedded texts: queries, the same vectors from the engine and from ONNX, measures by hand, the map by numpy.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadEmbedder, type TextEmbedder } from "../../src/analysis/embedding";
import { principalPlane } from "../../src/analysis/principal-components";
import { factQueries, readQueries } from "../../src/analysis/queries";
import { compareIndexes, searchStudy } from "../../src/analysis/search-study";
import { exportEncoder } from "../../src/export/encoder";
import { readEncoderConfig } from "../../src/models/encoder-config";
import { leadOf } from "../../src/study/stages/retrieval";
import { encoderRoundings, expectRounded } from "../rounding";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "search-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const item = (id: string, document: string, facts?: string[]) => ({
  ...{ id, document, summary: "요약", topic: "t", split: "test-other" as const },
  ...(facts && { facts }),
});

describe("queries", () => {
  const items = [
    item("a", "시청은 5월 10일 오후 3시 광장에서 연다.", ["시청", "5월 10일", "오후 3시", "광장", "x"]),
    item("b", "짧은 글은 가장긴낱말을 찾는다"),
  ];

  it("are made of facts of the document, else of its longest words", () => {
    expect(factQueries(items)).toEqual([
      { id: "a", text: "시청 오후 3시 x", relevant: ["a"], facts: ["시청", "오후 3시", "x"] },
      {
        id: "b",
        text: "가장긴낱말을 찾는다 짧은",
        relevant: ["b"],
        facts: ["가장긴낱말을", "찾는다", "짧은"],
      },
    ]);
  });

  it("come from a file, and what is wrong with it is said by line", () => {
    const file = (text: string) => {
      const path = join(folder, "q.jsonl");
      writeFileSync(path, text);
      return () => readQueries(path, items);
    };
    expect(file('\ufeff{"query": "어디", "relevant": ["b", "a"]}\r\n\r\n')()).toEqual([
      { id: "query-1", text: "어디", relevant: ["b", "a"] },
    ]);
    expect(file('{"query": "어디", "relevant": ["c"]}')).toThrow(
      /:1 relevant: expected ids of test items, found "c"/,
    );
    expect(file('{"query": "", "relevant": ["a"]}')).toThrow(/:1 query: expected a text/);
    expect(file('{"query": "x", "relevant": []}')).toThrow(/:1 relevant: expected a list/);
    expect(file("\n{")).toThrow(/:2 .*no JSON/);
    expect(file("\n")).toThrow(/at least one query/);
    expect(file('{"query": "x", "query": "y", "relevant": ["a"]}')).toThrow(/"query" stands twice/);
  });
});

it("a lead has as many characters as the other text, whole words, and one word at least", () => {
  expect(leadOf("하나 둘 셋 넷", "다섯 글자")).toBe("하나 둘");
  expect(leadOf("하나 둘 셋 넷", "가")).toBe("하나");
  expect(leadOf("하나", "아주 긴 글이다")).toBe("하나");
  expect(leadOf("하나 둘", "")).toBe("");
});

describe("embedders", () => {
  const study = join(__dirname, "../../data/models/encoder");
  const xlmr = join(__dirname, "../fixtures/oracles/metrics/bertscore/models/tiny-xlmr");
  const texts = [
    "9월 3일부터 도서관이 문을 연다.",
    "비",
    "강원에는 눈이 내리고 바람이 분다. 기온은 영하 5도이다.",
    "",
    // White space for Python, or only for JavaScript.
    "비가\u0085온다\ufeff내일도",
  ];

  it.each([study, xlmr])("of an ONNX file and of the engine give the same vectors", async (model) => {
    const out = join(folder, `onnx-${basename(model)}`);
    exportEncoder(model, out);
    const [onnx, engine] = [await loadEmbedder(out), await loadEmbedder(model)];
    expect([onnx.engine, engine.engine]).toEqual(["onnx", "tensorflow"]);
    expect(onnx.hash).toMatch(/^[0-9a-f]{64}$/);
    const [a, b] = [await onnx.embed(texts), await engine.embed(texts)];
    const config = readEncoderConfig(model);
    for (const [i, vector] of a.entries()) {
      expectRounded([Math.hypot(...vector)], [1], vector.length);
      expectRounded(vector, b[i]!, encoderRoundings(config, config.numHiddenLayers, texts[i]!.length + 2));
    }
    await onnx.dispose();
    await engine.dispose();
    await expect(loadEmbedder(out, 1)).rejects.toThrow(/last layer alone/);
    const empty = join(folder, `empty-${basename(model)}`);
    cpSync(join(out, "config.json"), join(empty, "config.json"));
    await expect(loadEmbedder(empty)).rejects.toThrow();
  });
});

/** Vectors by text, for measures that can be worked out by hand. */
const given = (vectors: Record<string, number[]>): TextEmbedder => ({
  ...{ name: "given", engine: "tensorflow", layer: 0, hash: "h" },
  embed: async (texts) => texts.map((text) => Float32Array.from(vectors[text]!)),
  dispose: async () => {},
});

describe("the study", () => {
  const items = ["a", "b", "c"].map((id) => ({ id, topic: "t" }));
  const vectors = {
    ...{ qa: [1, 0], qb: [0, 1], qc: [0.6, 0.8] },
    ...{ da: [1, 0], db: [0, 1], dc: [0.6, 0.8] },
    // The summaries of b and c are the same, and that of a is far off: ties go to the larger id.
    ...{ sa: [-1, 0], sb: [0.6, 0.8], sc: [0.6, 0.8] },
  };
  const study = () =>
    searchStudy(
      {
        items,
        texts: { document: ["da", "db", "dc"], distilled: ["sa", "sb", "sc"] },
        queries: ["a", "b", "c"].map((id) => ({ id, text: `q${id}`, relevant: [id], facts: [`s${id}`] })),
        pairs: [["distilled", "document"]],
        mapped: ["document", "distilled"],
      },
      given(vectors),
    );

  it("measures by trec_eval's rules", async () => {
    const { rows } = await study();
    expect(rows[0]).toEqual({
      ...{ index: "document", ndcg10: 1, mrr: 1, recall1: 1, recall5: 1, recall10: 1, map: 1 },
    });
    // a stands third (its summary scores -1); b ties with c and comes second; c comes first.
    const third = 1 / Math.log2(4);
    const second = 1 / Math.log2(3);
    expect(rows[1]!.mrr).toBeCloseTo((1 / 3 + 1 / 2 + 1) / 3, 12);
    expect(rows[1]!.map).toBeCloseTo((1 / 3 + 1 / 2 + 1) / 3, 12);
    expect(rows[1]!.ndcg10).toBeCloseTo((third + second + 1) / 3, 12);
    expect(rows[1]!.recall1).toBeCloseTo(1 / 3, 12);
    expect(rows[1]!.recall5).toBe(1);
  });

  it("counts misses, and which of them lack the query's fact", async () => {
    const { misses, map, queries, source } = await study();
    expect(misses.find((row) => row.index === "distilled")).toMatchObject({ missed: 0, found: 3 });
    expect(misses.find((row) => row.index === "document")).toMatchObject({ found: 3, foundWithoutFact: 3 });
    expect([queries, source, map.length]).toEqual([3, "facts", 6]);
  });

  it("tests pairs with Holm: clear differences and ties", () => {
    const n = 60;
    const low = Array.from({ length: n }, (_, i) => (i % 5) / 10);
    const high = low.map((value, i) => value + 0.3 + (i % 3) / 100);
    const [clear, tie] = compareIndexes({ low, high, same: low }, [
      ["high", "low"],
      ["same", "low"],
    ]);
    expect(clear).toMatchObject({ verdict: "a", p: 1 / 10001, pHolm: 2 / 10001 });
    expect(clear!.difference).toBeCloseTo(0.31, 12);
    expect(tie).toMatchObject({ verdict: "tie", p: 1, pHolm: 1, difference: 0 });
    expect(compareIndexes({ low, high }, [["low", "high"]])[0]!.verdict).toBe("b");
  });
});

describe("principal components", () => {
  // numpy.linalg.svd of the centred rows, each component with its largest loading positive.
  const rows = [
    ...[
      [2.5, 2.4, 0.5],
      [0.5, 0.7, 1.1],
      [2.2, 2.9, 0.3],
      [1.9, 2.2, 0.8],
      [3.1, 3.0, 0.1],
    ],
    ...[
      [2.3, 2.7, 0.9],
      [2.0, 1.6, 1.4],
      [1.0, 1.1, 1.2],
      [1.5, 1.6, 0.7],
      [1.1, 0.9, 1.0],
    ],
  ];
  const expected = [
    ...[
      [0.8776703254326403, 0.030112174918851594],
      [-1.791789726879919, -0.2414911064595785],
    ],
    ...[
      [1.0919928120683837, -0.3697556714929888],
      [0.264395936489052, 0.002431810736972209],
    ],
    ...[
      [1.8020854620078621, -0.08731624684286574],
      [0.8522211184461034, 0.21758278366237724],
    ],
    ...[
      [-0.2593922249348178, 0.6506968091331822],
      [-1.209986442614488, 0.040673229594464115],
    ],
    ...[
      [-0.3944333624183967, -0.197487526378222],
      [-1.232763897596418, -0.04544625687219323],
    ],
  ];

  it("are numpy's, with one sign", () => {
    const { points, explained } = principalPlane(rows);
    points.forEach((point, i) => {
      expect(point[0]).toBeCloseTo(expected[i]![0]!, 10);
      expect(point[1]).toBeCloseTo(expected[i]![1]!, 10);
    });
    expect(explained[0]).toBeCloseTo(0.9204028750716621, 10);
    expect(explained[1]).toBeCloseTo(0.05312221047203511, 10);
  });

  it("turn with the data, not with their order", () => {
    const turned = principalPlane([...rows].reverse()).points.reverse();
    turned.forEach((point, i) => {
      expect(point[0]).toBeCloseTo(expected[i]![0]!, 10);
    });
    expect(() => principalPlane([[1, 2]])).toThrow(/expected three vectors/);
  });
});
