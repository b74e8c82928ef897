// The compared model families: size against ROUGE-1, and speed.
import type { Language } from "../base/language";
import type { ModelRow } from "../results/models";
import type { Figure } from "./figure";
import { figureTitle, plotlyText } from "./labels";

const LOOKS = [
  { color: "#D55E00", symbol: "circle" },
  { color: "#0072B2", symbol: "square" },
  { color: "#009E73", symbol: "diamond" },
  { color: "#CC79A7", symbol: "triangle-up" },
];

const TEXT = {
  ko: {
    title: "모델 비교: 크기·기본 품질과 생성 속도 (채운 표식: 같은 어휘의 큰 모델이 있음)",
    parameters: "매개변수 수 (로그 눈금)",
    quality: "ROUGE-1 F1 (공백, 전체)",
    speed: "초당 토큰 수",
  },
  en: {
    title: "Models: size, base quality and speed (filled: a larger model has the same vocabulary)",
    parameters: "parameters (log scale)",
    quality: "ROUGE-1 F1 (whitespace, all)",
    speed: "tokens per second",
  },
};

/** Draws parameters (log) against ROUGE-1 by whitespace on all test items, and generated tokens per second beside it. */
export function modelComparison(models: ModelRow[], language: Language = "ko"): Figure {
  const text = TEXT[language];
  const look = (index: number) => LOOKS[index % LOOKS.length]!;
  const names = models.map((model) => plotlyText(model.model));
  const quality = models.map((model) => model.scores.all["rouge1.whitespace"] ?? null);
  const data: object[] = models.map((model, i) => ({
    type: "scatter",
    mode: "markers+text",
    x: [model.parameters],
    y: [quality[i]],
    text: [names[i]],
    textposition: "top center",
    cliponaxis: false,
    showlegend: false,
    marker: {
      color: look(i).color,
      symbol: model.largerSibling ? look(i).symbol : `${look(i).symbol}-open`,
      size: 15,
      line: { width: 2, color: look(i).color },
    },
  }));
  data.push({
    type: "bar",
    orientation: "h",
    xaxis: "x2",
    yaxis: "y2",
    y: names,
    x: models.map((model) => model.tokensPerSecond),
    text: models.map((model) => Math.round(model.tokensPerSecond).toLocaleString("en-US")),
    textposition: "outside",
    cliponaxis: false,
    showlegend: false,
    marker: {
      color: models.map((_, i) => look(i).color),
      line: { color: "#000", width: 0.8 },
      opacity: 0.75,
    },
    textfont: { color: "#000" },
  });
  const logs = models.map((model) => Math.log10(model.parameters));
  return {
    data,
    layout: {
      title: figureTitle(text.title),
      width: 980,
      height: 420,
      xaxis: {
        title: { text: text.parameters },
        type: "log",
        domain: [0, 0.46],
        range: [Math.min(...logs) - 0.15, Math.max(...logs) + 0.15],
        dtick: "D2",
        tickformat: "~s",
      },
      yaxis: { title: { text: text.quality }, rangemode: "tozero", tickformat: ".2f" },
      xaxis2: { title: { text: text.speed }, domain: [0.6, 1], anchor: "y2" },
      yaxis2: { anchor: "x2", autorange: "reversed", automargin: true },
      margin: { t: 70, r: 30, b: 75, l: 85 },
    },
  };
}
