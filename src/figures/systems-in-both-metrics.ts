// The systems in every primary metric and in ROUGE-1 by the default tokenizer, in-domain and other; the published values apart.
import type { Language } from "../base/language";
import { METRICS } from "../metrics/registry";
import type { PublishedSystem } from "../results/published";
import type { SystemResult } from "../results/scores";
import { inOrder, type System } from "../results/systems";
import type { Figure } from "./figure";
import { figureTitle, systemLabel, testSetName } from "./labels";
import { countedSystems } from "./systems";

type Side = "in-domain" | "other";

const TEXT = {
  ko: {
    title: (systems: string) => `${systems}의 점수 (오차 막대: 95% 신뢰구간)`,
    thisRun: "이번 실행",
    published: "원 보고서의 공개 값",
  },
  en: {
    title: (systems: string) => `Scores of the ${systems} (error bars: 95% intervals)`,
    thisRun: "this run",
    published: "published values of the original report",
  },
};

/** Beside the primary metrics: what the published ROUGE-1 may rest on. */
const LIKELY_PUBLISHED = "rouge1.default";

/** Columns of panels, and the height of a row of them. */
const ACROSS = 2;
const ROW_HEIGHT = 320;

/** On axes of their own: its ROUGE tokenizer is not stated and its encoder neither, so heights do not compare with ours. */
const THEIRS: { title: Record<Language, string>; value: (row: PublishedSystem) => number }[] = [
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
  scored: SystemResult[],
  published: PublishedSystem[],
  systems: readonly System[],
  language: Language = "ko",
): Figure {
  const text = TEXT[language];
  const rows = inOrder(scored, systems);
  const place = (index: number) => rows.length - 1 - index;
  const metrics = METRICS.filter(({ id, role }) => role === "primary" || id === LIKELY_PUBLISHED).filter(
    ({ id }) => rows.some(({ scores }) => id in scores.all),
  );
  const titles = [...metrics.map(({ label }) => label), ...THEIRS.map(({ title }) => title)];
  const dots = (panel: number) => ({
    ...{ type: "scatter", mode: "markers", xaxis: `x${axisOf(panel)}`, yaxis: `y${axisOf(panel)}` },
  });
  const ours = metrics.flatMap(({ id }, panel) =>
    SIDES.map(({ side, color, symbol, shift }) => {
      const points = rows.flatMap((row, i) => {
        const at = row.scores[side][id] ?? null;
        return at === null ? [] : [{ at, y: place(i) + shift, interval: row.interval95[side][id] }];
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
      ...dots(metrics.length + i),
      name: text.published,
      legendgroup: "published",
      showlegend: i === 0,
      x: points.map((point) => point.at),
      y: points.map((point) => point.y),
      marker: { color: "#000", symbol: "diamond-open", size: 11, line: { width: 1.6 } },
    };
  });
  const axes = titles.flatMap((title, panel) => [
    [
      `xaxis${axisOf(panel)}`,
      // BERTScore's values lie in a narrow band far from zero.
      {
        rangemode: title.en.includes("BERTScore") ? "normal" : "tozero",
        tickformat: ".2f",
        automargin: true,
      },
    ],
    [
      `yaxis${axisOf(panel)}`,
      {
        tickvals: rows.map((__, i) => place(i)),
        ticktext: rows.map((row) => systemLabel(row.system, systems, language)),
        range: [-0.6, rows.length - 0.4],
        showticklabels: panel % ACROSS === 0,
        zeroline: false,
      },
    ],
  ]);
  const down = Math.ceil(titles.length / ACROSS);
  return {
    data: [...ours, ...theirs],
    layout: {
      title: figureTitle(text.title(countedSystems(rows.length, language))),
      width: 980,
      height: ROW_HEIGHT * down,
      grid: { rows: down, columns: ACROSS, pattern: "independent", xgap: 0.06, ygap: 0.22 },
      legend: { orientation: "h", x: 0, y: 1.03, yanchor: "bottom" },
      margin: { t: 110, l: 160, r: 20, b: 50 },
      annotations: titles.map((title, i) => ({
        text: `<b>${title[language]}</b>`,
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
