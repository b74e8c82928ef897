// How well a search finds a paragraph by what was embedded for it: the paragraph itself or a system's summary.
import type { Language } from "../base/language";
import type { StudyResults } from "../results/study-results";
import type { System } from "../results/systems";
import type { Figure } from "./figure";
import { figureTitle, plotlyText } from "./labels";

type RetrievalRow = NonNullable<StudyResults["retrieval"]>[number];

const MEASURES: {
  key: Exclude<keyof RetrievalRow, "index" | "map">;
  name: Record<Language, string>;
  color: string;
  symbol: string;
}[] = [
  { key: "ndcg10", name: { ko: "nDCG@10", en: "nDCG@10" }, color: "#D55E00", symbol: "circle" },
  { key: "mrr", name: { ko: "MRR", en: "MRR" }, color: "#0072B2", symbol: "square" },
  { key: "recall1", name: { ko: "재현율@1", en: "recall@1" }, color: "#009E73", symbol: "triangle-up" },
  { key: "recall5", name: { ko: "재현율@5", en: "recall@5" }, color: "#CC79A7", symbol: "diamond" },
  { key: "recall10", name: { ko: "재현율@10", en: "recall@10" }, color: "#E69F00", symbol: "x" },
];

const INDEX_NAMES: Record<string, Record<Language, string>> = {
  document: { ko: "원문", en: "document" },
  reference: { ko: "기준 요약", en: "reference summary" },
  "lead-2": { ko: "앞 두 문장", en: "first two sentences" },
};

/** The first sentences, as many letters as the main system wrote. */
function leadName(systems: readonly System[], language: Language): string {
  const distilled = systems.some(({ role }) => role === "distilled");
  if (language === "ko") return `${distilled ? "증류 " : ""}요약과 같은 길이의 앞부분`;
  return `lead as long as the ${distilled ? "distilled " : ""}summary`;
}

/** The name of what was embedded: a system's summaries, the paragraph, its first sentences, or texts joined by " + ". */
export function indexName(index: string, systems: readonly System[], language: Language = "ko"): string {
  const nameOf = (part: string): string => {
    const system = systems.find(({ id }) => id === part)?.label[language];
    if (system !== undefined) return language === "ko" ? `${system}의 요약` : `summaries of the ${system}`;
    return part === "lead" ? leadName(systems, language) : (INDEX_NAMES[part]?.[language] ?? part);
  };
  return index.split(" + ").map(nameOf).join(" + ");
}

/** Draws every measure of every index as a dot. */
export function retrievalFigure(
  rows: RetrievalRow[],
  systems: readonly System[],
  language: Language = "ko",
): Figure {
  return {
    data: MEASURES.map((measure, position) => ({
      type: "scatter",
      mode: "markers",
      name: measure.name[language],
      x: rows.map((row) => row[measure.key]),
      y: rows.map((_, i) => rows.length - 1 - i + (2 - position) * 0.1),
      marker: { color: measure.color, symbol: measure.symbol, size: 10, line: { color: "#000", width: 0.6 } },
    })),
    layout: {
      title: figureTitle({ ko: "임베딩할 글에 따른 검색 성능", en: "Search by what is embedded" }[language]),
      width: 860,
      height: 150 + 62 * rows.length,
      xaxis: { range: [0, 1.02], tickformat: ".1f", title: { text: { ko: "점수", en: "score" }[language] } },
      yaxis: {
        tickvals: rows.map((_, i) => rows.length - 1 - i),
        ticktext: rows.map((row) => plotlyText(indexName(row.index, systems, language))),
        range: [-0.6, rows.length - 0.4],
        automargin: true,
        zeroline: false,
      },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      margin: { t: 95, r: 20, b: 75 },
    },
  };
}
