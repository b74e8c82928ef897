// What the search over embedded texts says, as facts without words.
import type { IndexComparison, RetrievalRow, SearchStudy } from "../evaluation/search-study";

export type SearchResults = Omit<SearchStudy, "rows">;

/** The comparisons of every index with the whole document, and of every summary with a lead of the same length. */
export const against = (search: SearchResults, index: string): IndexComparison[] =>
  search.comparisons.filter((row) => row.b === index);

export const bestIndex = (rows: readonly RetrievalRow[]): RetrievalRow | undefined =>
  [...rows].sort((a, b) => b.ndcg10 - a.ndcg10)[0];

/** What to improve first: the summaries' facts, the encoder, or nothing that the misses show. */
export interface Improvement {
  kind: "facts" | "encoder" | "nothing" | "unknown";
  missed: number;
  /** Share of the missed queries, and of those found, that name a fact which the indexed text lacks. */
  lacking: number;
  foundLacking: number;
}

/** A missed query that lacks a fact in the indexed text points to the summary, where this is rarer among found ones. */
export function improvement(search: SearchResults, index: string): Improvement {
  const misses = search.misses.find((row) => row.index === index);
  if (!misses || search.source === "file") return { kind: "unknown", missed: 0, lacking: 0, foundLacking: 0 };
  const { missed, found } = misses;
  const lacking = missed > 0 ? misses.missedWithoutFact / missed : 0;
  const foundLacking = found > 0 ? misses.foundWithoutFact / found : 0;
  const kind = missed === 0 ? "nothing" : lacking > foundLacking ? "facts" : "encoder";
  return { kind, missed, lacking, foundLacking };
}
