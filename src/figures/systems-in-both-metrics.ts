// The five systems in ROUGE-1 (two tokenizers), BERTScore F1 and kept facts, in-domain and other; the published values apart.
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

type Title = Record<Language, string>;

const OURS: {
  title: Title;
  metric: string;
  value: (result: SystemResult, side: Side) => number | undefined;
}[] = [
  {
    title: { ko: "ROUGE-1 F1, 공백 토크나이저", en: "ROUGE-1 F1, whitespace tokenizer" },
    metric: "rouge1.whitespace",
    value: (result, side) => result.scores[side].rouge.whitespace?.rouge1.f,
  },
  {
    title: { ko: "ROUGE-1 F1, 기본 토크나이저", en: "ROUGE-1 F1, default tokenizer" },
    metric: "rouge1.default",
    value: (result, side) => result.scores[side].rouge.default?.rouge1.f,
  },
  {
    title: { ko: "BERTScore F1", en: "BERTScore F1" },
    metric: "bertscore.f",
    value: (result, side) => result.scores[side].bertscore.f,
  },
  {
    title: { ko: "지킨 사실의 비율", en: "share of facts kept" },
    metric: "keptFacts",
    value: (result, side) => result.scores[side].keptFacts,
  },
];

/** On axes of their own: its ROUGE tokenizer is not stated and its encoder neither, so heights do not compare with ours. */
const THEIRS: { title: Title; value: (row: PublishedSystem) => number }[] = [
  {
    title: { ko: "원 보고서의 ROUGE-1 (토크나이저 모름)", en: "original's ROUGE-1 (tokenizer not stated)" },
    value: (row) => row.rouge1,
  },
  {
    title: {
      ko: "원 보고서의 BERTScore F1 (인코더 모름)",
      en: "original's BERTScore F1 (encoder not stated)",
    },
    value: (row) => row.bertscore.f,
  },
];

const SIDES: { side: Side; color: string; symbol: string; shift: number }[] = [
  { side: "in-domain", color: "#0072B2", symbol: "circle", shift: 0.15 },
  { side: "other", color: "#E69F00", symbol: "square", shift: -0.15 },
];

/** Plotly's number of an axis: the first has none. */
const axisOf = (panel: number): string => (panel === 0 ? "" : String(panel + 1));

/** Draws our scores as dots with 95 % intervals, and below them the published values as hollow diamonds. */
export function systemsInBothMetrics(
  systems: SystemResult[],
  published: PublishedSystem[],
  language: Language = "ko",
): Figure {
  const text = TEXT[language];
  const rows = inSystemOrder(systems);
  const place = (index: number) => rows.length - 1 - index;
  const panels = [...OURS, ...THEIRS];
  const dots = (panel: number) => ({
    ...{ type: "scatter", mode: "markers", xaxis: `x${axisOf(panel)}`, yaxis: `y${axisOf(panel)}` },
  });
  const ours = OURS.flatMap(({ metric, value }, panel) =>
    SIDES.map(({ side, color, symbol, shift }) => {
      const points = rows.flatMap((row, i) => {
        const at = value(row, side);
        return at === undefined
          ? []
          : [{ at, y: place(i) + shift, interval: row.interval95[side]?.[metric] }];
      });
      return {
        ...dots(panel),
        name: `${testSetName(side, language)} (${text.thisRun})`,
        legendgroup: side,
        showlegend: panel === 0,
        x: points.map((point) => point.at),
        y: points.map((point) => point.y),
        error_x: {
          type: "data",
          symmetric: false,
          array: points.map((point) => (point.interval ? point.interval[1] - point.at : 0)),
          arrayminus: points.map((point) => (point.interval ? point.at - point.interval[0] : 0)),
          color: "#333",
          thickness: 1.2,
          width: 4,
        },
        marker: { color, symbol, size: 10, line: { color: "#000", width: 0.8 } },
      };
    }),
  );
  const theirs = THEIRS.map(({ value }, i) => {
    const points = rows.flatMap((row, position) => {
      const found = published.find(({ system }) => system === row.system);
      return found ? [{ at: value(found), y: place(position) }] : [];
    });
    return {
      ...dots(OURS.length + i),
      name: text.published,
      legendgroup: "published",
      showlegend: i === 0,
      x: points.map((point) => point.at),
      y: points.map((point) => point.y),
      marker: { color: "#000", symbol: "diamond-open", size: 11, line: { width: 1.6 } },
    };
  });
  const axes = panels.flatMap((_, panel) => [
    [
      `xaxis${axisOf(panel)}`,
      // BERTScore's values lie in a narrow band far from zero.
      { rangemode: [2, 5].includes(panel) ? "normal" : "tozero", tickformat: ".2f", automargin: true },
    ],
    [
      `yaxis${axisOf(panel)}`,
      {
        tickvals: rows.map((__, i) => place(i)),
        ticktext: rows.map((row) => systemLabel(row.system, language)),
        range: [-0.6, rows.length - 0.4],
        showticklabels: panel % 2 === 0,
        zeroline: false,
      },
    ],
  ]);
  return {
    data: [...ours, ...theirs],
    layout: {
      title: figureTitle(text.title),
      width: 980,
      height: 960,
      grid: { rows: 3, columns: 2, pattern: "independent", xgap: 0.06, ygap: 0.22 },
      legend: { orientation: "h", x: 0, y: 1.03, yanchor: "bottom" },
      margin: { t: 110, l: 160, r: 20, b: 50 },
      annotations: panels.map((panel, i) => ({
        text: `<b>${panel.title[language]}</b>`,
        xref: `x${axisOf(i)} domain`,
        yref: `y${axisOf(i)} domain`,
        x: 0,
        y: 1.02,
        xanchor: "left",
        yanchor: "bottom",
        showarrow: false,
      })),
      ...Object.fromEntries(axes),
    },
  };
}
