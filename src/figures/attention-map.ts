// One head's attention over a prompt, with the edge of the sliding window drawn in.
import type { Figure } from "./figure";
import { figureTitle, plotlyText } from "./labels";

/** Draws weights `[query, key]` (rows sum to 1); `slidingWindow` in tokens, or null for a layer with full attention. */
export function attentionMap(
  weights: number[][],
  tokens: string[],
  slidingWindow: number | null,
  title = "",
): Figure {
  const length = tokens.length;
  const ticks = {
    tickvals: tokens.map((_, i) => i),
    ticktext: tokens.map((token) => plotlyText(token.trim() || "␣")),
    tickfont: { size: length > 40 ? 7 : 10 },
    constrain: "domain",
    zeroline: false,
    showgrid: false,
  };
  const data: object[] = [
    {
      type: "heatmap",
      // The future is masked, not zero: it stays empty.
      z: weights.map((row, query) => row.map((weight, key) => (key > query ? null : weight))),
      zmin: 0,
      colorscale: [
        [0, "#ffffff"],
        [0.3, "#fdcc8a"],
        [0.65, "#d7301f"],
        [1, "#4a0000"],
      ],
      colorbar: { title: { text: "주의 가중치", side: "right" }, thickness: 14 },
    },
  ];
  if (slidingWindow !== null && slidingWindow < length) {
    const x: number[] = [];
    const y: number[] = [];
    for (let query = slidingWindow; query < length; query++) {
      // Query q sees keys q-window+1 … q: the edge is a staircase along its first visible key.
      x.push(query - slidingWindow + 0.5, query - slidingWindow + 0.5);
      y.push(query - 0.5, query + 0.5);
    }
    data.push({
      type: "scatter",
      mode: "lines",
      x,
      y,
      name: "창의 끝",
      line: { color: "#0072B2", width: 2, dash: "dash" },
    });
  }
  const note = slidingWindow === null ? "전체 주의" : `슬라이딩 윈도 ${slidingWindow}토큰 (점선: 창의 끝)`;
  return {
    data,
    layout: {
      title: figureTitle(`주의 지도: ${plotlyText(title)}${title ? ", " : ""}${note}`),
      width: 720,
      height: 680,
      xaxis: { ...ticks, title: { text: "키" }, tickangle: -60 },
      yaxis: { ...ticks, title: { text: "질의" }, autorange: "reversed", scaleanchor: "x" },
      showlegend: false,
      margin: { t: 60, l: 90, r: 20, b: 90 },
    },
  };
}
