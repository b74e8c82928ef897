// What the search over embedded texts says, as facts without words.
import type { IndexComparison, RetrievalRow, SearchStudy } from "../results/search";
import { pathOf, type Quantity } from "./quantity";

export type SearchResults = Omit<SearchStudy, "rows">;

/** A comparison with the places of its numbers in the results. */
export interface PlacedComparison extends Pick<IndexComparison, "a" | "b" | "verdict"> {
  difference: Quantity;
  low: Quantity;
  high: Quantity;
  pHolm: Quantity;
  detectable: Quantity;
}

const placed = (value: number, ...keys: (string | number)[]): Quantity => ({
  id: pathOf("results", ...keys),
  value,
});

/** The comparisons with an index: of every other with the whole document, of every summary with a lead of its length. */
export const against = (search: SearchResults, index: string): PlacedComparison[] =>
  search.comparisons.flatMap((row, i) => {
    if (row.b !== index) return [];
    const at = (key: "difference" | "pHolm" | "detectable") =>
      placed(row[key], "search", "comparisons", i, key);
    const end = (side: 0 | 1) => placed(row.interval95[side], "search", "comparisons", i, "interval95", side);
    return [
      {
        ...{ a: row.a, b: row.b, verdict: row.verdict, low: end(0), high: end(1) },
        ...{ difference: at("difference"), pHolm: at("pHolm"), detectable: at("detectable") },
      },
    ];
  });

export const queriesOf = (search: SearchResults): Quantity => placed(search.queries, "search", "queries");

/** The index with the highest nDCG@10. */
export function bestIndex(rows: readonly RetrievalRow[]): { index: string; ndcg10: Quantity } | undefined {
  const best = [...rows].sort((a, b) => b.ndcg10 - a.ndcg10)[0];
  return best && { index: best.index, ndcg10: placed(best.ndcg10, "retrieval", best.index, "ndcg10") };
}

/** What to improve first: the summaries' facts, the encoder, or nothing that the misses show. */
export interface Improvement {
  kind: "facts" | "encoder" | "nothing" | "unknown";
  missed: Quantity;
  /** Share of the missed queries, and of those found, that name a fact which the indexed text lacks. */
  lacking: Quantity;
  foundLacking: Quantity;
}

/** A missed query that lacks a fact in the indexed text points to the summary, where this is rarer among found ones. */
export function improvement(search: SearchResults, index: string): Improvement {
  const misses = search.misses.find((row) => row.index === index);
  const count = (key: "missed" | "missedWithoutFact" | "found" | "foundWithoutFact") =>
    placed(misses?.[key] ?? 0, "search", "misses", index, key);
  const share = (part: Quantity, whole: Quantity): Quantity => ({
    id: `ratio(${part.id},${whole.id})`,
    value: whole.value > 0 ? part.value / whole.value : 0,
  });
  const lacking = share(count("missedWithoutFact"), count("missed"));
  const foundLacking = share(count("foundWithoutFact"), count("found"));
  const kind =
    !misses || search.source === "file"
      ? "unknown"
      : misses.missed === 0
        ? "nothing"
        : lacking.value > foundLacking.value
          ? "facts"
          : "encoder";
  return { kind, missed: count("missed"), lacking, foundLacking };
}
