// RoPE as rotation: the product of two rotated vectors depends on their distance alone.
import type { Figure } from "./figure";
import { figureTitle } from "./labels";

const LOOKS = [
  { color: "#0072B2", dash: "solid", width: 5 },
  { color: "#E69F00", dash: "dash", width: 3 },
  { color: "#000000", dash: "dot", width: 2 },
];

/** One curve a start position; they lie on each other when only distance counts. */
export function ropeFigure(curves: readonly { start: number; products: number[] }[]): Figure {
  return {
    data: curves.map(({ start, products }, i) => ({
      type: "scatter",
      mode: "lines",
      name: `${start}번째 토큰부터`,
      x: products.map((_, distance) => distance),
      y: products,
      line: LOOKS[i % LOOKS.length],
    })),
    layout: {
      title: figureTitle("회전한 두 벡터의 코사인"),
      xaxis: { title: { text: "두 토큰의 거리" } },
      yaxis: { title: { text: "코사인" } },
      margin: { t: 60 },
    },
  };
}
