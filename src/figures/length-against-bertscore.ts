// Does BERTScore follow length? One point an output: characters written against BERTScore F1.
import type { Language } from "../base/language";
import type { SampleRow } from "../results/samples";
import type { System } from "../results/systems";
import type { Figure } from "./figure";
import { figureTitle, plotlyText } from "./labels";
import { stylesOf } from "./systems";

/** Draws every output of every system; characters as Unicode code points. */
export function lengthAgainstBertscore(
  samples: SampleRow[],
  systems: readonly System[],
  language: Language = "ko",
): Figure {
  const styles = stylesOf(systems);
  const data = systems.map(({ id, label }) => {
    const { color, symbol } = styles[id]!;
    const rows = samples.filter((row) => row.scores[id]?.["bertscore.f"] !== undefined);
    return {
      type: "scatter",
      mode: "markers",
      name: plotlyText(label[language]),
      x: rows.map((row) => [...row.outputs[id]!].length),
      y: rows.map((row) => row.scores[id]!["bertscore.f"]),
      marker: { color, symbol, size: 7, opacity: 0.7, line: { color: "#000", width: 0.4 } },
    };
  });
  return {
    data,
    layout: {
      title: figureTitle(
        {
          ko: "요약의 길이와 BERTScore F1 (점 하나: 출력 하나)",
          en: "Length of a summary and BERTScore F1 (one dot: one output)",
        }[language],
      ),
      width: 860,
      height: 470,
      xaxis: {
        title: { text: { ko: "출력의 글자 수", en: "characters of the output" }[language] },
        rangemode: "tozero",
      },
      yaxis: { title: { text: "BERTScore F1" }, tickformat: ".2f" },
      legend: { orientation: "h", x: 0, y: 1.04, yanchor: "bottom" },
      margin: { t: 100, r: 20, b: 75 },
    },
  };
}
