// Step time against sequence length, batch and layers, both axes logarithmic, linear growth as a dotted line.
import type { Figure } from "../../figures/figure";
import { figureTitle } from "../../figures/labels";
import type { CaseResult } from "./measure";

const COLORS = ["#0072B2", "#D55E00", "#009E73"];

/** One line a case; its measures "at N, seconds" are the points. */
export function scalingFigure(cases: readonly CaseResult[]): Figure {
  const data = cases.flatMap(({ name, sides }, i) => {
    const points = Object.entries(sides[0]!.measures).flatMap(([measure, { median }]) => {
      const at = /^at (\d+), seconds$/.exec(measure)?.[1];
      return at === undefined ? [] : [{ x: Number(at), y: 1000 * median }];
    });
    const x = points.map((point) => point.x);
    const line = { color: COLORS[i % COLORS.length], width: 1.8 };
    const last = points[points.length - 1]!;
    return [
      {
        type: "scatter",
        mode: "lines+markers",
        name,
        x,
        y: points.map(({ y }) => y),
        line,
        marker: { size: 7 },
      },
      {
        type: "scatter",
        mode: "lines",
        showlegend: false,
        x,
        y: x.map((value) => (last.y * value) / last.x),
        line: { ...line, width: 1, dash: "dot" },
      },
    ];
  });
  return {
    data,
    layout: {
      title: figureTitle("Time of a training step (dotted: linear, through the last point)"),
      width: 760,
      height: 480,
      xaxis: {
        type: "log",
        title: { text: "tokens a row, rows or layers" },
        tickvals: [1, 4, 16, 64, 256, 1024],
      },
      yaxis: { type: "log", title: { text: "milliseconds" } },
      legend: { orientation: "h", x: 0, y: 1.06, yanchor: "bottom" },
    },
  };
}
