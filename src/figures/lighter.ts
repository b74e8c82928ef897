// Quality of one model's forms: the primary metrics with their intervals, forms in the order of their size.
import type { Language } from "../base/language";
import { PRIMARY } from "../metrics/registry";
import type { Form, LighterResults } from "../results/lighter";
import type { Figure } from "./figure";
import { figureTitle } from "./labels";

const FORM_NAMES: Record<Form, Record<Language, string>> = {
  fp32: { ko: "fp32", en: "fp32" },
  bf16: { ko: "bf16", en: "bf16" },
  int8: { ko: "int8", en: "int8" },
  int4: { ko: "int4", en: "int4" },
  mixed: { ko: "int4·int8 혼합", en: "int4 and int8 mixed" },
  "onnx-fp32": { ko: "ONNX fp32", en: "ONNX fp32" },
  "onnx-int8": { ko: "ONNX int8", en: "ONNX int8" },
  "onnx-q4": { ko: "ONNX q4 (혼합)", en: "ONNX q4 (mixed)" },
};

/** The name of a form in tables and figures. */
export const formName = (form: Form, language: Language = "ko"): string => FORM_NAMES[form][language];

const LOOKS = [
  { color: "#0072B2", symbol: "circle" },
  { color: "#D55E00", symbol: "square" },
  { color: "#009E73", symbol: "diamond" },
  { color: "#CC79A7", symbol: "triangle-up" },
  { color: "#E69F00", symbol: "cross" },
];

/** Draws every form's primary scores over all test texts, with 95 % intervals, smallest file at the bottom. */
export function lighterFigure({ rows }: LighterResults, language: Language = "ko"): Figure {
  const ordered = [...rows].sort((a, b) => a.fileBytes - b.fileBytes);
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(2);
  const metrics = PRIMARY.filter(({ id }) => ordered.some(({ scores }) => id in scores.all));
  return {
    data: metrics.map(({ id, label }, position) => {
      const { color, symbol } = LOOKS[position % LOOKS.length]!;
      const values = ordered.map(({ scores }) => scores.all[id] ?? null);
      const ends = ordered.map(({ interval95 }) => interval95.all[id]);
      return {
        type: "scatter",
        mode: "markers",
        name: label[language],
        x: values,
        y: ordered.map((_, i) => i + ((metrics.length - 1) / 2 - position) * 0.18),
        error_x: {
          type: "data",
          symmetric: false,
          array: ends.map((end, i) => (end ? end[1] - values[i]! : 0)),
          arrayminus: ends.map((end, i) => (end ? values[i]! - end[0] : 0)),
          color,
          thickness: 1.4,
        },
        marker: { color, symbol, size: 10, line: { color: "#000", width: 0.6 } },
      };
    }),
    layout: {
      title: figureTitle({ ko: "가볍게 한 모델의 점수", en: "Scores of the lighter forms" }[language]),
      width: 860,
      height: 150 + 52 * rows.length,
      xaxis: {
        tickformat: ".2f",
        title: { text: { ko: "점수 (95% 신뢰구간)", en: "score (95% interval)" }[language] },
      },
      yaxis: {
        tickvals: ordered.map((_, i) => i),
        ticktext: ordered.map(
          ({ form, fileBytes }) => `${formName(form, language)}, ${megabytes(fileBytes)} MB`,
        ),
        range: [-0.6, rows.length - 0.4],
        automargin: true,
        zeroline: false,
      },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      margin: { t: 95, r: 20, b: 75 },
    },
  };
}
