// RDASS against a plain computation of the paper's formula on the states of the project's own encoder.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { measure } from "../../src/metrics/measure";
import type { Scoring } from "../../src/metrics/metric";
import { loadSentenceEncoder, pool } from "../../src/metrics/rdass/sentence-encoder";
import { metricOf, metricsOfMeasure, studyMetrics } from "../../src/metrics/registry";
import { loadEncoder } from "../../src/models/encoder";
import { loadEncoderTokenizer } from "../../src/prompts/encoder-tokenizer";

const folder = join(__dirname, "../../data/models/encoder");
const documents = [
  "한빛도서관에서 3월 2일에 독서 모임을 연다. 참가비는 3,000원이다.",
  "다리가 열린다. 개통은 4월이다.",
];
const references = ["한빛도서관이 3월 2일 독서 모임을 연다.", ["다리가 4월에 열린다.", "4월 개통."]] as const;
const predictions = ["독서 모임이 3월 2일 열린다.", "다리가 열린다."];

/** Cosines in float64 of texts' states as the definition has them: pooled over all tokens, or the first token's. */
async function cosine(a: string, b: string, cls: boolean): Promise<number> {
  const encoder = loadEncoder(folder);
  const tokenizer = await loadEncoderTokenizer(folder, encoder.maxLength);
  const [x, y] = [a, b].map((text) => {
    const { ids } = tokenizer.encode(text);
    const states = encoder.hidden([ids], encoder.layers)[0]!;
    const width = states.length / ids.length;
    const rows = ids.map((_, i) => [...states.slice(i * width, (i + 1) * width)]);
    return rows[0]!.map((first, j) =>
      cls ? first : rows.reduce((sum, row) => sum + row[j]!, 0) / rows.length,
    );
  }) as [number[], number[]];
  encoder.dispose();
  const product = (u: number[], v: number[]) => u.reduce((sum, value, i) => sum + value * v[i]!, 0);
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}

describe.each(["mean", "cls"] as const)("RDASS with %s pooling", (pooling) => {
  it("is the mean of both cosines, of several references the nearest, and its document half needs no reference", async () => {
    const prefix = "query: ";
    const sentenceEncoder = await loadSentenceEncoder({
      encoder: folder,
      pooling,
      prefix,
      documentPrefix: "passage: ",
    });
    const scoring: Scoring = { references, documents, sentenceEncoder };
    const { perItem, signatures } = measure(metricsOfMeasure("rdass", []), predictions, scoring);
    for (const [i, prediction] of predictions.entries()) {
      const group = [references[i]!].flat();
      const near = await Promise.all(
        group.map((one) => cosine(prefix + prediction, prefix + one, pooling === "cls")),
      );
      const toDocument = await cosine(prefix + prediction, `passage: ${documents[i]}`, pooling === "cls");
      expect(perItem["rdass.reference"]![i]).toBeCloseTo(Math.max(...near), 5);
      expect(perItem["rdass.document"]![i]).toBeCloseTo(toDocument, 5);
      expect(perItem.rdass![i]).toBeCloseTo((Math.max(...near) + toDocument) / 2, 5);
    }
    expect(signatures.rdass).toMatch(
      new RegExp(
        `^rdass=.*encoder\\|pooling=${pooling}\\|prefix="query: "\\|documents="passage: "\\|model=[0-9a-f]{12}`,
      ),
    );
    const other = { ...scoring, references: ["아무 글", "다른 글"] };
    expect(metricOf("rdass.document").perItem(predictions, other)).toEqual(perItem["rdass.document"]);
  });
});

it("counts what the encoder cuts, and says what is missing", async () => {
  const sentenceEncoder = await loadSentenceEncoder({ encoder: folder });
  const scoring: Scoring = { references: ["가"], documents: ["긴 문서이다. ".repeat(800)], sentenceEncoder };
  expect(metricOf("rdass.cutTexts").perItem(["요약"], scoring)).toEqual([1]);
  expect(() => metricOf("rdass").perItem(["요약"], { references: ["가"], sentenceEncoder })).toThrow(
    /documents/,
  );
  expect(() => metricOf("rdass").perItem(["요약"], { references: ["가"], documents: ["나"] })).toThrow(
    /sentence encoder/,
  );
});

it("pools by hand, and a study does not measure it unasked", () => {
  expect([...pool(Float32Array.of(3, 0, 1, 4), 2, "cls")]).toEqual([1, 0]);
  const mean = pool(Float32Array.of(3, 0, 1, 4), 2, "mean");
  expect(mean[0]).toBeCloseTo(Math.SQRT1_2, 6);
  expect(studyMetrics(["default"]).some(({ measure: of }) => of === "rdass")).toBe(false);
});
