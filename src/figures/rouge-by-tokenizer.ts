// How ROUGE-1 of each system changes with the tokenizer that counts its words.
import type { Language } from "../base/language";
import { tokenizerName, tokenizersIn } from "../metrics/rouge/names";
import type { SystemResult } from "../results/scores";
import { inOrder, type System } from "../results/systems";
import type { Figure } from "./figure";
import { figureTitle, plotlyText, testSetName } from "./labels";
import { stylesOf, systemName } from "./systems";

/** Draws one line a system over the tokenizers, in-domain at the left, other at the right; intervals of 95 %. */
export function rougeByTokenizer(
  scored: SystemResult[],
  systems: readonly System[],
  language: Language = "ko",
): Figure {
  const rows = inOrder(scored, systems);
  const styles = stylesOf(systems);
  const tokenizers = tokenizersIn(rows[0]?.scores.all ?? {});
  const data: object[] = [];
  const sides = ["in-domain", "other"] as const;
  sides.forEach((side, index) => {
    rows.forEach((row, position) => {
      const { color, symbol, dash } = styles[row.system]!;
      const values = tokenizers.map((tokenizer) => row.scores[side][`rouge1.${tokenizer}`] ?? null);
      const interval = (i: number) => row.interval95[side]?.[`rouge1.${tokenizers[i]}`];
      data.push({
        type: "scatter",
        mode: "lines+markers",
        name: plotlyText(systemName(row.system, systems, language)),
        legendgroup: row.system,
        showlegend: index === 0,
        xaxis: index ? "x2" : "x",
        yaxis: index ? "y2" : "y",
        // A small shift a system keeps the error bars apart.
        x: tokenizers.map((_, i) => i + (position - (rows.length - 1) / 2) * 0.05),
        y: values,
        error_y: {
          type: "data",
          symmetric: false,
          array: values.map((value, i) => (interval(i) && value !== null ? interval(i)![1] - value : 0)),
          arrayminus: values.map((value, i) => (interval(i) && value !== null ? value - interval(i)![0] : 0)),
          thickness: 1,
          width: 3,
        },
        line: { color, dash, width: 1.8 },
        marker: { color, symbol, size: 9, line: { color: "#000", width: 0.6 } },
      });
    });
  });
  const ticks = {
    tickvals: tokenizers.map((_, i) => i),
    // Of a subword tokenizer the model's name is left to the table: it would fill the figure.
    ticktext: tokenizers.map((tokenizer) =>
      plotlyText(tokenizerName(tokenizer.startsWith("subword:") ? "subword:" : tokenizer, language).trim()),
    ),
    tickangle: tokenizers.length > 5 ? -40 : 0,
    automargin: true,
    range: [-0.4, tokenizers.length - 0.6],
    zeroline: false,
  };
  return {
    data,
    layout: {
      title: figureTitle(
        {
          ko: "토크나이저에 따른 ROUGE-1 F1 (오차 막대: 95% 신뢰구간)",
          en: "ROUGE-1 F1 by tokenizer (error bars: 95% intervals)",
        }[language],
      ),
      width: 980,
      height: 470,
      xaxis: { ...ticks, domain: [0, 0.48] },
      yaxis: { title: { text: "ROUGE-1 F1" }, rangemode: "tozero", tickformat: ".1f" },
      xaxis2: { ...ticks, domain: [0.52, 1], anchor: "y2" },
      yaxis2: { anchor: "x2", matches: "y", showticklabels: false },
      annotations: sides.map((side, index) => ({
        text: `<b>${testSetName(side, language)}</b>`,
        xref: index ? "x2 domain" : "x domain",
        yref: "paper",
        x: 0,
        y: 1.01,
        xanchor: "left",
        yanchor: "bottom",
        showarrow: false,
      })),
      legend: { orientation: "h", x: 0, y: 1.09, yanchor: "bottom" },
      margin: { t: 110, r: 20, b: 75 },
    },
  };
}
