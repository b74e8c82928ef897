// Where paragraphs and their summaries lie as vectors: the first two principal components of the embeddings.
import type { Language } from "../base/language";
import type { SearchStudy } from "../results/search";
import type { System } from "../results/systems";
import type { Figure } from "./figure";
import { figureTitle, plotlyText } from "./labels";
import { indexName } from "./retrieval";
import { SERIES_STYLES } from "./theme";

/** Draws one dot a text; the axes state their share of the variance. */
export function embeddingMap(
  study: Pick<SearchStudy, "map" | "explained">,
  systems: readonly System[],
  language: Language = "ko",
): Figure {
  const indexes = [...new Set(study.map.map((point) => point.index))];
  const axis = (position: 0 | 1) => {
    const share = (study.explained[position] * 100).toFixed(1);
    return {
      ko: `주성분 ${position + 1} (분산의 ${share}%)`,
      en: `component ${position + 1} (${share}% of the variance)`,
    }[language];
  };
  return {
    data: indexes.map((index, series) => {
      const { color, symbol } = SERIES_STYLES[series % SERIES_STYLES.length]!;
      const points = study.map.filter((point) => point.index === index);
      return {
        type: "scatter",
        mode: "markers",
        name: plotlyText(indexName(index, systems, language)),
        x: points.map((point) => point.x),
        y: points.map((point) => point.y),
        text: points.map((point) => plotlyText(`${point.id} ${point.topic}`)),
        marker: { color, symbol, size: 7, opacity: 0.75, line: { color: "#000", width: 0.4 } },
      };
    }),
    layout: {
      title: figureTitle(
        { ko: "임베딩의 지도 (점 하나: 글 하나)", en: "Map of the embeddings (one dot: one text)" }[language],
      ),
      width: 860,
      height: 560,
      xaxis: { title: { text: axis(0) }, zeroline: false },
      yaxis: { title: { text: axis(1) }, zeroline: false },
      legend: { orientation: "h", x: 0, y: 1.04, yanchor: "bottom" },
      margin: { t: 100, r: 20, b: 75 },
    },
  };
}
