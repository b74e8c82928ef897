// Quality of one model's forms: ROUGE-1, BERTScore and kept facts with their intervals, forms in the order of their size.
import type { Form, LighterResults } from "../results/lighter";
import type { Figure } from "./figure";
import { figureTitle, type Language } from "./labels";

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

const MEASURES = [
  {
    metric: "rouge1.whitespace",
    name: { ko: "ROUGE-1(공백)", en: "ROUGE-1, words" },
    color: "#0072B2",
    symbol: "circle",
  },
  {
    metric: "bertscore.f",
    name: { ko: "BERTScore F1", en: "BERTScore F1" },
    color: "#D55E00",
    symbol: "square",
  },
  { metric: "keptFacts", name: { ko: "지킨 사실", en: "kept facts" }, color: "#009E73", symbol: "diamond" },
] as const;

/** Draws every form's three scores over all test texts, with 95 % intervals, smallest file at the bottom. */
export function lighterFigure({ rows }: LighterResults, language: Language = "ko"): Figure {
  const ordered = [...rows].sort((a, b) => a.fileBytes - b.fileBytes);
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(2);
  return {
    data: MEASURES.map(({ metric, name, color, symbol }, position) => {
      const values = ordered.map(({ scores: { all } }) =>
        metric === "keptFacts"
          ? all.keptFacts
          : metric === "bertscore.f"
            ? all.bertscore.f
            : all.rouge.whitespace!.rouge1.f,
      );
      const ends = ordered.map(({ interval95 }) => interval95.all[metric]!);
      return {
        type: "scatter",
        mode: "markers",
        name: name[language],
        x: values,
        y: ordered.map((_, i) => i + (1 - position) * 0.18),
        error_x: {
          type: "data",
          symmetric: false,
          array: ends.map(([, high], i) => high - values[i]!),
          arrayminus: ends.map(([low], i) => values[i]! - low),
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
