// Tensors held and resident memory, step by step: flat lines, or a leak.
import type { Figure } from "./figure";
import { figureTitle } from "./labels";
import { PALETTE } from "./theme";

/** One measurement a step. */
export interface LeakSeries {
  name: string;
  tensors: number[];
  megabytes: number[];
}

/** Tensors above, resident memory (MB) below, one line a series over its steps. */
export function leakFigure(series: readonly LeakSeries[]): Figure {
  const data = series.flatMap(({ name, tensors, megabytes }, i) => {
    const line = { color: PALETTE[i], dash: i === 0 ? "solid" : "dash", width: 1.8 };
    const x = tensors.map((_, step) => step + 1);
    const common = { type: "scatter", mode: "lines", name, legendgroup: name, x, line };
    return [
      { ...common, y: tensors },
      { ...common, y: megabytes, yaxis: "y2", showlegend: false },
    ];
  });
  return {
    data,
    layout: {
      title: figureTitle("Tensors and resident memory, step by step"),
      height: 480,
      xaxis: { title: { text: "step or token" }, anchor: "y2" },
      yaxis: { title: { text: "tensors" }, domain: [0.56, 1], rangemode: "tozero" },
      yaxis2: { title: { text: "resident MB" }, domain: [0, 0.44], rangemode: "tozero" },
    },
  };
}
