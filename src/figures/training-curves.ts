// Loss and learning rate of every training run over its steps, with the validation losses.
import type { Language } from "../base/language";
import { inOrder, type System } from "../results/systems";
import type { CurvePoint, TrainingRun } from "../results/training";
import type { Figure } from "./figure";
import { figureTitle, plotlyText } from "./labels";
import { stylesOf, systemName } from "./systems";

const MOST_POINTS = 120;

const TEXT = {
  ko: {
    title: "학습 곡선: 손실(선: 학습, 표식: 검증)과 학습률",
    step: "스텝",
    loss: "토큰당 손실 (nat)",
    rate: "학습률",
  },
  en: {
    title: "Loss (lines: training, marks: validation) and learning rate",
    step: "step",
    loss: "loss per token (nats)",
    rate: "learning rate",
  },
};

/** Means over equal stretches of steps, so that runs of any length give a readable line of at most 120 points. */
function binned(curve: CurvePoint[]): CurvePoint[] {
  const size = Math.ceil(curve.length / MOST_POINTS);
  const bins: CurvePoint[] = [];
  for (let start = 0; start < curve.length; start += size) {
    const bin = curve.slice(start, start + size);
    const last = bin[bin.length - 1]!;
    bins.push({ ...last, loss: bin.reduce((sum, point) => sum + point.loss, 0) / bin.length });
  }
  return bins;
}

/** Draws one line a run: loss above, learning rate below; markers are validation losses (nats per token). */
export function trainingCurves(
  runs: TrainingRun[],
  systems: readonly System[],
  language: Language = "ko",
): Figure {
  const text = TEXT[language];
  const styles = stylesOf(systems);
  const data: object[] = [];
  for (const run of inOrder(runs, systems)) {
    const { color, dash, symbol } = styles[run.system]!;
    const points = binned(run.curve);
    const name = plotlyText(systemName(run.system, systems, language));
    const x = points.map((point) => point.step);
    const line = { color, dash, width: 1.8 };
    data.push({
      type: "scatter",
      mode: "lines",
      name,
      legendgroup: run.name,
      x,
      y: points.map((point) => point.loss),
      line,
    });
    data.push({
      type: "scatter",
      mode: "markers",
      name,
      legendgroup: run.name,
      showlegend: false,
      x: run.validation.map((point) => point.step),
      y: run.validation.map((point) => point.loss),
      marker: { color, symbol, size: 9, line: { color: "#000", width: 1 } },
    });
    data.push({
      type: "scatter",
      mode: "lines",
      name,
      legendgroup: run.name,
      showlegend: false,
      x,
      y: points.map((point) => point.learningRate),
      yaxis: "y2",
      line,
    });
  }
  return {
    data,
    layout: {
      title: figureTitle(text.title),
      width: 860,
      height: 560,
      xaxis: { title: { text: text.step }, anchor: "y2" },
      yaxis: { title: { text: text.loss }, domain: [0.4, 1] },
      yaxis2: { title: { text: text.rate }, domain: [0, 0.28], exponentformat: "power", rangemode: "tozero" },
      legend: { orientation: "h", x: 0, y: 1.08, yanchor: "bottom" },
      margin: { t: 110, r: 20, b: 75 },
    },
  };
}
