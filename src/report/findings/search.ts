// What the search over embedded texts says: who wins, by how much, and what to improve.
import type { StudyResults } from "../../results/study-results";
import { mainSystem, type Recipes } from "../../results/systems";
import { type Finding, say } from "../catalogue/said";
import { count, fixed, percent, pValue, signed } from "../format";
import { nameOfIndex } from "../names";
import { derived, place } from "../origin";
import { type Quantity, quantity } from "../quantity";

/** A study with what its search gave. */
export type Searched = Recipes & Pick<StudyResults, "retrieval" | "search">;

const at = (results: Searched, ...keys: (string | number)[]): Quantity | undefined =>
  quantity({ results }, place("results", ...keys));

/** The index with the highest nDCG@10. */
function bestFinding(results: Searched): Finding[] {
  const best = [...(results.retrieval ?? [])].sort((a, b) => b.ndcg10 - a.ndcg10)[0];
  if (!best) return [];
  const score = fixed(at(results, "retrieval", best.index, "ndcg10"), 3);
  const queries = count(at(results, "search", "queries"));
  return [say("search.best", { index: nameOfIndex(results, best.index), score, queries })];
}

/** The comparisons with an index: of every other with the whole document, of every summary with a lead of its length. */
const against = (results: Searched, index: string): Finding[] =>
  results.search!.comparisons.flatMap(({ a, b, verdict, pHolm }, i) => {
    if (b !== index) return [];
    const of = (...keys: (string | number)[]) => at(results, "search", "comparisons", i, ...keys);
    const evidence = [
      say("search.difference", { difference: signed(of("difference"), 3) }),
      say("interval", { low: signed(of("interval95", 0), 3), high: signed(of("interval95", 1), 3) }),
      say("evidence.p", { p: pValue(of("pHolm") ?? pHolm) }),
      ...(verdict === "tie" ? [say("search.detectable", { size: fixed(of("detectable"), 3) })] : []),
    ];
    return [say(`search.${verdict}`, { a: nameOfIndex(results, a), b: nameOfIndex(results, b), evidence })];
  });

/**
 * What to improve first: the summaries' facts, the encoder, or nothing that the misses show. A missed query that lacks a fact in
 * the indexed text points to the summary, where this is rarer among found ones.
 */
function improvementFinding(results: Searched, index: string): Finding {
  const misses = results.search!.misses.find((row) => row.index === index);
  const of = (key: keyof NonNullable<typeof misses>) => place("results", "search", "misses", index, key);
  const share = (part: ReturnType<typeof of>, whole: ReturnType<typeof of>) =>
    quantity({ results }, derived("ratio", part, whole));
  const lacking = share(of("missedWithoutFact"), of("missed"));
  const foundLacking = share(of("foundWithoutFact"), of("found"));
  const kind =
    !misses || results.search!.source === "file"
      ? "unknown"
      : misses.missed === 0
        ? "nothing"
        : (lacking?.value ?? 0) > (foundLacking?.value ?? 0)
          ? "facts"
          : "encoder";
  return say(`search.improve.${kind}`, {
    ...{ index: nameOfIndex(results, index), missed: count(quantity({ results }, of("missed"))) },
    ...{ lacking: percent(lacking), foundLacking: percent(foundLacking) },
  });
}

/** All sentences about the search, for results that have one. */
export const searchFindings = (results: Searched): Finding[] => [
  ...bestFinding(results),
  ...against(results, "document"),
  ...against(results, "lead"),
  improvementFinding(results, mainSystem(results).id),
];
