// Classification heads against transformers on made folders, pairs against its tokenizer, and SummaC's aggregation by hand.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type EntailmentModel,
  encodePair,
  loadEntailmentModel,
  nliLabels,
} from "../../src/metrics/entailment/entailment-model";
import { measure } from "../../src/metrics/measure";
import { metricOf, metricsOfMeasure, studyMetrics } from "../../src/metrics/registry";
import { loadSequenceClassifier } from "../../src/models/sequence-classifier";
import { loadEncoderTokenizer } from "../../src/prompts/encoder-tokenizer";

const folder = join(__dirname, "../fixtures/classifiers");
const encoder = join(__dirname, "../../data/models/encoder");
interface Made {
  models: Record<string, { ids: number[][]; types: number[][]; logits: number[][] }>;
  pairs: { a: string; b: string; ids: number[]; types: number[] }[];
}
const made = JSON.parse(readFileSync(join(folder, "classifiers.json"), "utf8")) as Made;

describe("a sequence classifier", () => {
  it.each(Object.keys(made.models))("%s: logits are transformers'", (kind) => {
    const { ids, types, logits } = made.models[kind]!;
    const classifier = loadSequenceClassifier(join(folder, kind));
    expect(classifier.labels).toEqual(["entailment", "neutral", "contradiction"]);
    classifier.logits(ids, types).forEach((row, i) => {
      for (const [j, value] of row.entries()) expect(Math.abs(value - logits[i]![j]!)).toBeLessThan(1e-5);
    });
    classifier.dispose();
  });

  it("a folder without a head is refused by name", () => {
    expect(() => loadSequenceClassifier(encoder)).toThrow(/id2label/);
  });
});

describe("pairs of texts", () => {
  it("are written and cut as transformers writes and cuts them", async () => {
    const tokenizer = await loadEncoderTokenizer(encoder, 64);
    for (const { a, b, ids, types } of made.pairs) {
      const pair = encodePair(tokenizer, 1, [a, b]);
      expect(pair.ids, a).toEqual(ids);
      expect(pair.types, a).toEqual(types);
      expect(pair.cut).toBe(ids.length === 64);
    }
    expect(() => encodePair(tokenizer, 1, ["가", "긴 문장. ".repeat(99)])).toThrow(
      /does not fit the encoder/,
    );
  });

  it("of RoBERTa have two separators and no types", async () => {
    const tokenizer = await loadEncoderTokenizer(encoder, 64);
    const [one, two] = [encodePair(tokenizer, 1, ["가", "나"]), encodePair(tokenizer, 2, ["가", "나"])];
    const end = one.ids[one.ids.length - 1]!;
    const at = one.ids.indexOf(end);
    expect(two.ids).toEqual([...one.ids.slice(0, at), end, ...one.ids.slice(at)]);
    expect(new Set(two.types)).toEqual(new Set([0]));
  });
});

describe("the metrics", () => {
  /** Says what the table says of premise and claim. */
  const table: Record<string, [entailment: number, contradiction: number]> = {
    "비가 왔다.|비가 왔다.": [0.9, 0.05],
    "바람이 불었다.|비가 왔다.": [0.2, 0.1],
    "비가 왔다.|해가 났다.": [0.1, 0.8],
    "바람이 불었다.|해가 났다.": [0.3, 0.4],
  };
  const entailmentModel: EntailmentModel = {
    signature: "table",
    judge: (pairs) =>
      pairs.map(([premise, claim]) => {
        const [entailment, contradiction] = table[`${premise}|${claim}`]!;
        return { entailment, contradiction, cut: premise.startsWith("바람") };
      }),
  };
  const scoring = {
    references: ["", ""],
    documents: ["비가 왔다. 바람이 불었다.", "비가 왔다."],
    entailmentModel,
  };

  it("take the best premise of each sentence: mean, least, SummaC-ZS; a text without a sentence has no value", () => {
    const { perItem, signatures } = measure(
      metricsOfMeasure("entailment", []),
      ["비가 왔다. 해가 났다.", ""],
      scoring,
    );
    expect(perItem.entailment![0]).toBeCloseTo((0.9 + 0.3) / 2, 12);
    expect(perItem["entailment.least"]![0]).toBeCloseTo(0.3, 12);
    expect(perItem["entailment.summac"]![0]).toBeCloseTo((0.9 - 0.1 + (0.3 - 0.8)) / 2, 12);
    expect(perItem["entailment.cutPairs"]).toEqual([2, 0]);
    expect(perItem.entailment![1]).toBeNull();
    expect(signatures.entailment).toMatch(/^summac-zs.*table$/);
    expect(studyMetrics([]).some(({ measure: of }) => of === "entailment")).toBe(false);
  });

  it("say what is missing", async () => {
    expect(() => metricOf("entailment").perItem(["가."], { references: ["가."], entailmentModel })).toThrow(
      /documents/,
    );
    expect(() =>
      metricOf("entailment").perItem(["가."], { references: ["가."], documents: ["가."] }),
    ).toThrow(/found none/);
    expect(nliLabels(["contradiction", "ENTAILMENT"])).toEqual({ entailment: 1, contradiction: 0 });
    expect(nliLabels(["not_entailment", "entailment"])).toEqual({ entailment: 1, contradiction: undefined });
    expect(() => nliLabels(["LABEL_0", "LABEL_1"])).toThrow(/id2label, found LABEL_0, LABEL_1/);
    await expect(loadEntailmentModel(encoder)).rejects.toThrow(/id2label/);
  });
});
