// The five systems in ROUGE-1 (two tokenizers), BERTScore F1 and kept facts, in-domain and other, published values beside.
import type { PublishedSystem } from "../results/published";
import type { SystemResult } from "../results/scores";
import type { Figure } from "./figure";
import { figureTitle, type Language, systemLabel, testSetName } from "./labels";
import { inSystemOrder } from "./systems";

type Side = "in-domain" | "other";

const TEXT = {
  ko: {
    title: "다섯 시스템의 점수 (오차 막대: 95% 신뢰구간)",
    thisRun: "이번 실행",
    published: "원 보고서의 공개 값",
  },
  en: {
    title: "Scores of the five systems (error bars: 95% intervals)",
    thisRun: "this run",
    published: "published values of the original report",
  },
};

interface Panel {
  title: Record<Language, string>;
  metric: string;
  value: (result: SystemResult, side: Side) => number | undefined;
  published?: (row: PublishedSystem) => number;
}

const PANELS: Panel[] = [
  {
    title: { ko: "ROUGE-1 F1, 공백 토크나이저", en: "ROUGE-1 F1, whitespace tokenizer" },
    metric: "rouge1.whitespace",
    value: (result, side) => result.scores[side].rouge.whitespace?.rouge1.f,
  },
  {
    title: { ko: "ROUGE-1 F1, 기본 토크나이저", en: "ROUGE-1 F1, default tokenizer" },
    metric: "rouge1.default",
    value: (result, side) => result.scores[side].rouge.default?.rouge1.f,
    published: (row) => row.rouge1,
  },
  {
    title: { ko: "BERTScore F1", en: "BERTScore F1" },
    metric: "bertscore.f",
    value: (result, side) => result.scores[side].bertscore.f,
    published: (row) => row.bertscore.f,
  },
  {
    title: { ko: "지킨 사실의 비율", en: "share of facts kept" },
    metric: "keptFacts",
    value: (result, side) => result.scores[side].keptFacts,
  },
];

const SIDES: { side: Side; color: string; symbol: string; shift: number }[] = [
  { side: "in-domain", color: "#0072B2", symbol: "circle", shift: 0.22 },
  { side: "other", color: "#E69F00", symbol: "square", shift: 0 },
];

/** Draws dots with 95 % intervals; hollow diamonds are the published values (its ROUGE tokenizer is not stated). */
export function systemsInBothMetrics(
  systems: SystemResult[],
  published: PublishedSystem[],
  language: Language = "ko",
): Figure {
  const text = TEXT[language];
  const rows = inSystemOrder(systems);
  const place = (index: number) => rows.length - 1 - index;
  const data: object[] = [];
  const layout: Record<string, unknown> = {
    title: figureTitle(text.title),
    width: 980,
    height: 700,
    grid: { rows: 2, columns: 2, pattern: "independent", xgap: 0.06, ygap: 0.22 },
    legend: { orientation: "h", x: 0, y: 1.07, yanchor: "bottom" },
    margin: { t: 110, l: 160, r: 20, b: 50 },
    annotations: PANELS.map((panel, index) => ({
      text: `<b>${panel.title[language]}</b>`,
      xref: `x${index ? index + 1 : ""} domain`,
      yref: `y${index ? index + 1 : ""} domain`,
      x: 0,
      y: 1.02,
      xanchor: "left",
      yanchor: "bottom",
      showarrow: false,
    })),
  };
  PANELS.forEach((panel, index) => {
    const axis = index ? String(index + 1) : "";
    layout[`xaxis${axis}`] = {
      rangemode: index === 2 ? "normal" : "tozero",
      tickformat: ".2f",
      automargin: true,
    };
    layout[`yaxis${axis}`] = {
      tickvals: rows.map((_, i) => place(i)),
      ticktext: rows.map((row) => systemLabel(row.system, language)),
      range: [-0.6, rows.length - 0.4],
      showticklabels: index % 2 === 0,
      zeroline: false,
    };
    for (const { side, color, symbol, shift } of SIDES) {
      const points = rows.flatMap((row, i) => {
        const value = panel.value(row, side);
        return value === undefined
          ? []
          : [{ value, y: place(i) + shift, interval: row.interval95[side]?.[panel.metric] }];
      });
      data.push({
        type: "scatter",
        mode: "markers",
        name: `${testSetName(side, language)} (${text.thisRun})`,
        legendgroup: side,
        showlegend: index === 0,
        xaxis: `x${axis}`,
        yaxis: `y${axis}`,
        x: points.map((point) => point.value),
        y: points.map((point) => point.y),
        error_x: {
          type: "data",
          symmetric: false,
          array: points.map((point) => (point.interval ? point.interval[1] - point.value : 0)),
          arrayminus: points.map((point) => (point.interval ? point.value - point.interval[0] : 0)),
          color: "#333",
          thickness: 1.2,
          width: 4,
        },
        marker: { color, symbol, size: 10, line: { color: "#000", width: 0.8 } },
      });
    }
    const publishedValue = panel.published;
    if (publishedValue) {
      const marks = rows.flatMap((row, i) => {
        const found = published.find((p) => p.system === row.system);
        return found ? [{ value: publishedValue(found), y: place(i) - 0.22 }] : [];
      });
      data.push({
        type: "scatter",
        mode: "markers",
        name: text.published,
        legendgroup: "published",
        showlegend: index === 1,
        xaxis: `x${axis}`,
        yaxis: `y${axis}`,
        x: marks.map((mark) => mark.value),
        y: marks.map((mark) => mark.y),
        marker: { color: "#000", symbol: "diamond-open", size: 11, line: { width: 1.6 } },
      });
    }
  });
  return { data, layout };
}
