// ROUGE, its tokenizers and its stemmer against rouge-score 0.1.2 and NLTK.
import { describe, expect, it } from "vitest";
import { porterStem } from "../../src/metrics/rouge/porter-stemmer";
import { rouge, rougeItems, rougeTypes } from "../../src/metrics/rouge/rouge";
import { sentencesOf } from "../../src/metrics/rouge/sentences";
import {
  defaultTokenizer,
  loadMorphemeTokenizer,
  type RougeTokenizer,
  rougeTokenizer,
  rougeTokenizers,
  subwordTokenizer,
} from "../../src/metrics/rouge/tokenizers";
import { RougeVocabulary } from "../../src/metrics/rouge/vocabulary";
import type { PRF } from "../../src/results/scores";
import { oracle } from "./oracle";

const file = oracle("rouge.json");
const tokenizers = new Map(rougeTokenizers.map((tokenizer) => [tokenizer.name, tokenizer]));
const row = (score: PRF) => [score.precision, score.recall, score.f];

describe("against rouge-score", () => {
  it.each(file.configs as string[])("%s: every pair, type and column is exact", (config) => {
    const tokenizer = tokenizers.get(config)!;
    for (const { id, reference, prediction, scores, tokens } of file.pairs) {
      if (tokens?.[config]) {
        const [ofReference, ofPrediction] = tokens[config];
        expect(tokenizer.tokenize(reference), id).toEqual(ofReference);
        expect(tokenizer.tokenize(prediction), id).toEqual(ofPrediction);
      }
      const ours = rouge(reference, prediction, tokenizer);
      for (const type of rougeTypes) expect(row(ours[type]), `${id} ${type}`).toEqual(scores[config][type]);
    }
  });

  it("takes the best reference of several, type by type", () => {
    for (const { references, prediction, scores } of file.multi_reference) {
      for (const config of file.configs) {
        const ours = rouge(references, prediction, tokenizers.get(config)!);
        for (const type of rougeTypes) expect(row(ours[type])).toEqual(scores[config][type]);
      }
    }
  });

  it("has longer n-grams", () => {
    const pairs = new Map(file.pairs.map((pair: { id: string }) => [pair.id, pair]));
    for (const { id, scores } of file.rouge_3_4_9_default) {
      const { reference, prediction } = pairs.get(id) as { reference: string; prediction: string };
      const ours = rouge(reference, prediction, defaultTokenizer, ["rouge3", "rouge4", "rouge9"]);
      for (const type of ["rouge3", "rouge4", "rouge9"] as const)
        expect(row(ours[type])).toEqual(scores[type]);
    }
  });

  it("gives the same item by item", () => {
    const items = rougeItems(
      file.pairs.map((pair: { reference: string }) => pair.reference),
      file.pairs.map((pair: { prediction: string }) => pair.prediction),
      new RougeVocabulary(defaultTokenizer),
    );
    for (const type of rougeTypes) {
      expect(items.scores[type].map(row)).toEqual(
        // biome-ignore lint/suspicious/noExplicitAny: see oracle.ts
        file.pairs.map((pair: any) => pair.scores.default[type]),
      );
    }
    const noTokens = (text: string) => !/[a-z0-9]/.test(text.toLowerCase());
    expect(items.emptyItems.length).toBe(
      file.pairs.filter(
        (pair: { reference: string; prediction: string }) =>
          noTokens(pair.reference) || noTokens(pair.prediction),
      ).length,
    );
  });
});

describe("against NLTK", () => {
  const { stems, raw_inputs } = oracle("porter_nltk.json");
  it("stems every word alike", () => {
    for (const [word, stem] of Object.entries({ ...stems, ...raw_inputs })) {
      expect(porterStem(word), word).toBe(stem);
    }
  });
});

/** The textbook table, for lengths that the bit rows of lcsLength cross. */
function naiveLcs(a: string[], b: string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const x of a) {
    const next = [0];
    b.forEach((y, j) => {
      next.push(x === y ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!));
    });
    row = next;
  }
  return row[b.length]!;
}

describe("long texts", () => {
  const words = (count: number, step: number) =>
    Array.from({ length: count }, (_, i) => `w${(i * i * step + 3 * i) % 41}`);
  const whitespace = tokenizers.get("whitespace")!;

  it.each([
    [31, 33],
    [64, 64],
    [97, 640],
    [1000, 333],
  ])("rougeL of %i and %i tokens has the table's length", (m, n) => {
    const a = words(m, 7);
    const b = words(n, 11);
    const { rougeL, rougeLsum } = rouge(a.join(" "), b.join(" "), whitespace);
    expect(rougeL.recall).toBe(naiveLcs(a, b) / m);
    expect(rougeLsum).toEqual(rougeL);
  });

  it("scores a line of a megabyte within seconds", () => {
    const line = words(200_000, 13).map((word, i) => `${word}${i % 7}`);
    const { rouge1, rougeL } = rouge(line.join(" "), line.slice(0, 50_000).join(" "), whitespace);
    expect(rouge1.precision).toBe(1);
    expect(rougeL.precision).toBe(1);
    expect(rougeL.recall).toBe(0.25);
  });
});

describe("Korean tokenizers", () => {
  it("default drops all Hangul and counts the item", () => {
    const { scores, emptyItems } = rougeItems(
      ["나는 학교에 간다"],
      ["나는 학교에 간다"],
      new RougeVocabulary(defaultTokenizer),
    );
    expect(scores.rouge1[0]!.f).toBe(0);
    expect(emptyItems).toEqual([0]);
  });

  it("eojeol keeps words and cuts numbers from particles", async () => {
    const { tokenize } = await rougeTokenizer("eojeol");
    expect(tokenize("서울시는 2024년에, 버스를 늘렸다.")).toEqual([
      "서울시는",
      "2024",
      "년에",
      "버스를",
      "늘렸다",
    ]);
  });

  it("morpheme cuts particles and endings", async () => {
    const { tokenize } = await loadMorphemeTokenizer();
    const tokens = tokenize("서울시는 버스를 늘렸다.");
    expect(tokens).toContain("버스");
    expect(tokens).toContain("를");
    expect(tokens).not.toContain(".");
  });

  it("subwords carry the model in the name", () => {
    const tokenizer: RougeTokenizer = subwordTokenizer("toy", (text) =>
      [...text].map((c) => c.codePointAt(0)!),
    );
    expect(tokenizer.name).toBe("subword:toy");
    expect(rouge("가나다라", "가나", tokenizer).rouge1).toEqual({ precision: 1, recall: 0.5, f: 2 / 3 });
  });

  it("names the known tokenizers when asked for another", async () => {
    await expect(rougeTokenizer("khaiii")).rejects.toThrow(/khaiii.*whitespace.*morpheme/);
  });

  it("finds Korean sentences", () => {
    expect(sentencesOf("서울시는 버스를 늘렸다. 요금은 1,500원이다! 언제부터일까?\n내달이다.")).toEqual([
      "서울시는 버스를 늘렸다.",
      "요금은 1,500원이다!",
      "언제부터일까?",
      "내달이다.",
    ]);
  });
});
