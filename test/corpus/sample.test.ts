// The committed sample against the corpus that it is taken from, and through the reader that users' files go through.
import { describe, expect, it } from "vitest";
import { studyCorpus } from "../../src/corpus/corpus";
import { readItems } from "../../src/corpus/read";
import { findOverlap } from "../../src/corpus/validate";

describe("data/corpus/sample.jsonl", () => {
  it("holds one item of each topic and split of the study's corpus", () => {
    const file = "data/corpus/sample.jsonl";
    const { items, lines } = readItems(file);
    const corpus = new Map(studyCorpus().map((item) => [item.id, item]));
    for (const item of items) expect(item).toEqual(corpus.get(item.id));
    const kinds = new Set(items.map(({ topic, split }) => `${topic} ${split}`));
    expect([items.length, kinds.size]).toEqual([12 * 3 + 5, 12 * 3 + 5]);
    expect(findOverlap(file, items, lines)).toEqual([]);
  });
});
