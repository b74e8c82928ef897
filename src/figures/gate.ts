// The gate's activation as the engine computes it, beside GELU and SiLU.
import type { Figure } from "./figure";
import { figureTitle } from "./labels";

/** Draws the engine's values as points on the two formulas' lines. */
export function gateFigure(
  points: readonly { x: number; engine: number; gelu: number; silu: number }[],
): Figure {
  const x = points.map((p) => p.x);
  const sparse = points.filter((_, i) => i % 4 === 0);
  return {
    data: [
      {
        type: "scatter",
        mode: "lines",
        name: "GELU (tanh)",
        x,
        y: points.map((p) => p.gelu),
        line: { color: "#0072B2", width: 2 },
      },
      {
        type: "scatter",
        mode: "lines",
        name: "SiLU",
        x,
        y: points.map((p) => p.silu),
        line: { color: "#E69F00", width: 2, dash: "dash" },
      },
      {
        type: "scatter",
        mode: "markers",
        name: "이 모델",
        x: sparse.map((p) => p.x),
        y: sparse.map((p) => p.engine),
        marker: { color: "#000000", size: 7, symbol: "circle-open" },
      },
    ],
    layout: {
      title: figureTitle("FFN 게이트의 활성 함수"),
      xaxis: { title: { text: "게이트 입력" } },
      yaxis: { title: { text: "활성" } },
      margin: { t: 60 },
    },
  };
}
