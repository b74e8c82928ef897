// Pair merging against a naive reimplementation.
import { describe, expect, it } from "vitest";
import { studyCorpus } from "../../src/corpus/corpus";
import { learnMerges } from "../../src/prompts/pair-merges";

/** Byte-pair encoding as first described: all pairs counted anew for every merge. */
function naiveMerges(
  words: { symbols: string[]; count: number }[],
  alphabet: string[],
  limit: number,
): string[] {
  const ids = [...alphabet];
  let current = words.map(({ symbols, count }) => ({ symbols, count }));
  const merges: string[] = [];
  const made = new Set<string>();
  while (made.size < limit) {
    const counts = new Map<string, number>();
    for (const { symbols, count } of current) {
      for (let i = 0; i + 1 < symbols.length; i++) {
        const pair = `${symbols[i]} ${symbols[i + 1]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + count);
      }
    }
    const rank = (pair: string) => pair.split(" ").map((symbol) => ids.indexOf(symbol)) as [number, number];
    const best = [...counts]
      .filter(([, count]) => count > 1)
      .sort((a, b) => b[1] - a[1] || rank(a[0])[0] - rank(b[0])[0] || rank(a[0])[1] - rank(b[0])[1])[0]?.[0];
    if (best === undefined) break;
    const [left, right] = best.split(" ") as [string, string];
    merges.push(best);
    if (!ids.includes(left + right)) {
      ids.push(left + right);
      made.add(left + right);
    }
    current = current.map(({ symbols, count }) => {
      const next: string[] = [];
      for (let i = 0; i < symbols.length; i++) {
        if (symbols[i] === left && symbols[i + 1] === right) {
          next.push(left + right);
          i += 1;
        } else next.push(symbols[i]!);
      }
      return { symbols: next, count };
    });
  }
  return merges;
}

describe("learnMerges", () => {
  it("makes the same merges in the same order as counting anew each time", () => {
    const counts = new Map<string, number>();
    for (const { document } of studyCorpus().slice(0, 30)) {
      for (const word of document.split(/\s+/)) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    counts.set("아아아아아", 3).set("아아아아", 2);
    const words = [...counts].map(([word, count]) => ({ symbols: [...word], count }));
    const alphabet = [...new Set(words.flatMap(({ symbols }) => symbols))].sort();
    const fast = learnMerges(words, alphabet, 80).map(({ left, right }) => `${left} ${right}`);
    expect(fast).toHaveLength(80);
    expect(fast).toEqual(naiveMerges(words, alphabet, 80));
  });

  it("stops when no pair occurs twice, and refuses a symbol outside the alphabet", () => {
    expect(learnMerges([{ symbols: ["a", "b", "c"], count: 1 }], ["a", "b", "c"], 9)).toEqual([]);
    expect(() => learnMerges([{ symbols: ["z"], count: 1 }], ["a"], 1)).toThrow('"z"');
  });
});
