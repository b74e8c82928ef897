// Items made from files without splits: counts, the lot, joined halves, and what is left out.
import { describe, expect, it } from "vitest";
import type { Row } from "../../src/corpus/files/headings";
import type { Item } from "../../src/corpus/item";
import { makeItems, type Share, type Source } from "../../src/corpus/make";
import { findEmptySplits, findLongSummaries, findOverlap } from "../../src/corpus/validate";

const row = (line: number, fields: object): Row => ({ line, fields: { ...fields } });
function source(name: string, rows: readonly object[], ...shares: Share[]): Source {
  const names = [...new Set(rows.flatMap((fields) => Object.keys(fields)))];
  const read = { rows: rows.map((fields, i) => row(i + 1, fields)), names, line: 1, problems: [], notes: [] };
  return { files: [{ file: `${name}.json`, read }], shares };
}
const fields = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    id: `${i}`,
    document: `${name} ${i}번 문서는 충분히 길다.`,
    summary: `${name} ${i}번.`,
  }));
const keep = (item: Item) => item;
const tests: Share[] = [{ split: "test-in-domain", count: 3 }, { split: "test-other" }];

describe("makeItems", () => {
  const train = source(
    "train",
    fields("학습", 20),
    { split: "train", count: 10 },
    { split: "validation", count: 4 },
  );
  const valid = source("valid", fields("평가", 8), ...tests);

  it("shares out by lot: counts as asked, the rest where no count is, ids that stand in both files told apart", () => {
    const { items, counts } = makeItems([train, valid], 1, keep);
    const number = (split: string) => items.filter((item) => item.split === split).length;
    expect(["train", "validation", "test-in-domain", "test-other"].map(number)).toEqual([10, 4, 3, 5]);
    expect(new Set(items.map(({ id }) => id)).size).toBe(22);
    expect(counts).toEqual({});
    const lines = items.map((_, i) => i + 1);
    const checks = [findEmptySplits, findOverlap, findLongSummaries];
    expect(checks.flatMap((check) => check("f", items, lines))).toEqual([]);
    expect(makeItems([train, valid], 1, keep).items).toEqual(items);
    expect(makeItems([train, valid], 2, keep).items).not.toEqual(items);
  });

  it("leaves out and counts what would spoil a study", () => {
    const [first] = fields("학습", 1);
    const spoilt = [
      first!,
      { ...first!, id: "again", summary: "다른 요약." },
      { id: "long", document: "짧다.", summary: "짧지 않다." },
      { id: "huge", document: `${"가".repeat(99)} 끝.`, summary: "끝." },
      { id: "none", document: "문서만 있다.", summary: "" },
      { id: "half", document: "요약이 없는 문서이다." },
    ];
    const cut = (item: Item) =>
      item.id === "huge" ? undefined : { ...item, document: item.document.replace(" 충분히", "") };
    const { items, counts, problems } = makeItems(
      [train, source("more", spoilt, { split: "train" }), valid],
      1,
      cut,
    );
    expect(items.filter(({ split }) => split === "train").length).toBeLessThanOrEqual(11);
    expect(counts).toMatchObject({
      "left out, too long for a model even if cut": 1,
      "left out, summary as long as its document": 1,
      "left out, document without a summary": 1,
    });
    expect(counts["left out, document stood before"]).toBeGreaterThanOrEqual(1);
    expect(counts["documents cut to the first sentences that fit"]).toBe(items.length);
    expect(problems).toMatchObject([{ line: 5, field: "summary", found: "an empty one" }]);
  });

  it("keeps a summary out of two splits", () => {
    const same = fields("같은", 4).map((item) => ({ ...item, id: `같은-${item.id}`, summary: "모두 같다." }));
    const two: Share[] = [{ split: "train", count: 2 }, { split: "validation" }];
    const { counts, items } = makeItems(
      [source("same", [...same, ...fields("다른", 9)], ...two), valid],
      3,
      keep,
    );
    const splits = new Set(items.filter(({ summary }) => summary === "모두 같다.").map(({ split }) => split));
    expect(splits.size).toBeLessThanOrEqual(1);
    expect((counts["left out, summary of another split"] ?? 0) + items.length).toBe(13 + 8);
  });

  it("joins summaries with documents that stand in another file", () => {
    const apart: Source = {
      files: [
        ...source(
          "news",
          fields("기사", 30).map(({ summary: _, ...rest }) => rest),
        ).files,
        ...source(
          "summaries",
          fields("기사", 25).map(({ document: _, ...rest }) => rest),
        ).files,
      ],
      shares: [{ split: "train", count: 12 }, { split: "validation", count: 5 }, ...tests],
    };
    const { items, counts, problems } = makeItems([apart], 1, keep);
    expect(items).toHaveLength(25);
    for (const { document, summary } of items) expect(document.startsWith(summary.slice(0, -1))).toBe(true);
    expect(counts).toEqual({ "left out, document without a summary": 5 });
    expect(problems).toEqual([]);
  });

  it("numbers items without ids", () => {
    const without = source(
      "plain",
      fields("글", 8).map(({ id: _, ...rest }) => rest),
      { split: "train", count: 4 },
      { split: "validation" },
    );
    expect(makeItems([without, valid], 1, keep).items[0]!.id).toMatch(/^plain-\d$/);
  });

  it("says how many there are where more are asked for, and which split has none", () => {
    expect(() =>
      makeItems([source("few", fields("적은", 3), { split: "train", count: 5 })], 1, keep),
    ).toThrow(
      "few.json: expected 5 items for train, found 3 that can be used (3 items in all; none left out)",
    );
    expect(() => makeItems([train], 1, keep)).toThrow("found none of test-in-domain, test-other");
  });
});
