// What the search over embedded texts says, in English: who wins, by how much, and what to improve.
import { fixed, percent, pValue, signed } from "../format";
import {
  against,
  bestIndex,
  type Improvement,
  improvement,
  type PlacedComparison,
  queriesOf,
} from "../search-findings";
import type { SearchWords } from "../sections/search";
import { names } from "./names";

const evidence = ({ difference, low, high, pHolm, detectable, verdict }: PlacedComparison): string =>
  `(difference in nDCG@10 ${signed(difference, 3)}, 95% interval [${signed(low, 3)}, ${signed(high, 3)}], Holm-adjusted ${pValue(pHolm)}${verdict === "tie" ? `, detectable ${fixed(detectable, 3)}` : ""})`;

function comparison(row: PlacedComparison): string {
  const [a, b] = [names.index(row.a), names.index(row.b)];
  const said = { a: `finds more than indexing`, b: `finds less than indexing`, tie: `ties with indexing` };
  return `On our data, indexing the ${a} ${said[row.verdict]} the ${b} ${evidence(row)}.`;
}

function improve(index: string, found: Improvement): string {
  const name = names.index(index);
  if (found.kind === "unknown")
    return `On our data, it is unknown which facts the queries look for, so the misses of the ${name} cannot be told apart.`;
  if (found.kind === "nothing")
    return `On our data, the ${name} find every query's text among the first ten: these queries show nothing to improve.`;
  const shares = `a fact of the query is absent from the indexed text in ${percent(found.lacking)} of the ${fixed(found.missed, 0)} missed queries and in ${percent(found.foundLacking)} of those found`;
  return found.kind === "facts"
    ? `On our data, for the ${name}, ${shares}. The summaries come first: they should hold more of the facts that a reader asks for.`
    : `On our data, for the ${name}, ${shares}. Absent facts do not explain the misses, so the encoder comes first, not the summaries.`;
}

export const search: SearchWords = {
  heading: "What to embed: tests and a map",
  sentences: (rows, found) => {
    const best = bestIndex(rows);
    return [
      ...(best
        ? [
            `On our data, indexing the ${names.index(best.index)} has the highest nDCG@10, ${fixed(best.ndcg10, 3)} (${fixed(queriesOf(found), 0)} queries).`,
          ]
        : []),
      ...[...against(found, "document"), ...against(found, "lead")].map(comparison),
      improve("distilled", improvement(found, "distilled")),
    ];
  },
  figure: {
    caption: "Embeddings of documents and summaries on their first two principal components",
    alt: "One dot a text; colour and mark tell what was embedded",
  },
};
