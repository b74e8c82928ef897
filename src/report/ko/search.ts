// What the search over embedded texts says, in Korean: who wins, by how much, and what to improve.
import { agree } from "../../corpus/particles";
import type { RetrievalRow } from "../../results/search";
import { fixed, percent, pValue, signed } from "../format";
import {
  against,
  bestIndex,
  type Improvement,
  improvement,
  type PlacedComparison,
  queriesOf,
  type SearchResults,
} from "../search-findings";
import type { SearchWords } from "../sections/search";
import { names } from "./names";

const evidence = ({ difference, low, high, pHolm, detectable, verdict }: PlacedComparison): string =>
  `(nDCG@10 차이 ${signed(difference, 3)}, 95% 신뢰구간 [${signed(low, 3)}, ${signed(high, 3)}], Holm 보정 ${pValue(pHolm)}${verdict === "tie" ? `, 가려낼 수 있는 차이 ${fixed(detectable, 3)}` : ""})`;

/** One index against another. */
export function comparisonSentence(row: PlacedComparison): string {
  const [a, b] = [names.index(row.a), names.index(row.b)];
  const said = {
    a: `${a}[을/를] 색인하면 ${b}[을/를] 색인할 때보다 더 잘 찾는다`,
    b: `${a}[을/를] 색인하면 ${b}[을/를] 색인할 때보다 못 찾는다`,
    tie: `${a}[을/를] 색인하는 것과 ${b}[을/를] 색인하는 것은 동률이다`,
  }[row.verdict];
  return agree(`우리 자료에서는 ${said} ${evidence(row)}.`);
}

/** What to improve first. */
export function improvementSentence(index: string, found: Improvement): string {
  const name = names.index(index);
  if (found.kind === "unknown") {
    return agree(
      `우리 자료에서는 질의가 어느 사실을 찾는지 알 수 없어, ${name}[이/가] 놓친 까닭을 나누지 못한다.`,
    );
  }
  if (found.kind === "nothing") {
    return agree(
      `우리 자료에서는 ${name}[으로/로] 모든 질의의 글을 열 건 안에서 찾았으므로, 이 질의로는 고칠 곳이 보이지 않는다.`,
    );
  }
  const shares = `놓친 질의 ${fixed(found.missed, 0)}건 가운데 ${percent(found.lacking)}에서, 찾은 질의 가운데 ${percent(found.foundLacking)}에서 질의의 사실이 색인한 글에 없다`;
  return agree(
    found.kind === "facts"
      ? `우리 자료에서는 ${name}의 경우 ${shares}. 먼저 고칠 것은 요약이다: 찾을 사람이 물을 사실을 더 담아야 한다.`
      : `우리 자료에서는 ${name}의 경우 ${shares}. 빠진 사실이 놓친 까닭으로 보이지 않으므로, 먼저 바꾸어 볼 것은 요약이 아니라 인코더이다.`,
  );
}

/** All sentences about the search. */
export function searchSentences(rows: readonly RetrievalRow[], search: SearchResults): string[] {
  const best = bestIndex(rows);
  return [
    ...(best
      ? [
          agree(
            `우리 자료에서는 ${names.index(best.index)}[을/를] 색인할 때 nDCG@10이 ${fixed(best.ndcg10, 3)}로 가장 높다(질의 ${fixed(queriesOf(search), 0)}건).`,
          ),
        ]
      : []),
    ...[...against(search, "document"), ...against(search, "lead")].map(comparisonSentence),
    improvementSentence("distilled", improvement(search, "distilled")),
  ];
}

export const search: SearchWords = {
  heading: "임베딩할 글의 검정과 지도",
  sentences: searchSentences,
  figure: {
    caption: "원문과 요약의 임베딩을 두 주성분에 비춘 지도",
    alt: "점 하나가 글 하나, 색과 모양은 색인한 글의 종류",
  },
};
