// Where teacher and student disagree: the divergence at each token of a summary, as coloured text.
import type { TokenDivergence } from "../distillation/heatmap";
import type { Figure } from "./figure";
import { figureTitle, plotlyText } from "./labels";

const COLUMNS = 10;
/** Longer tokens, such as "<end_of_turn>", are written smaller so that they stay in their cell. */
const LONG_TOKEN = 8;

/** Draws tokens in reading order, ten a line, darker where the divergence is larger; "≠" marks differing likeliest tokens. */
export function tokenHeatmap(tokens: TokenDivergence[]): Figure {
  const lines = Math.max(1, Math.ceil(tokens.length / COLUMNS));
  const cell = (line: number, column: number) => tokens[line * COLUMNS + column];
  const grid = <T>(read: (token: TokenDivergence) => T): (T | null)[][] =>
    Array.from({ length: lines }, (_, line) =>
      Array.from({ length: COLUMNS }, (_, column) => {
        const token = cell(line, column);
        return token ? read(token) : null;
      }),
    );
  const largest = Math.max(1e-9, ...tokens.map((token) => token.kl));
  return {
    data: [
      {
        type: "heatmap",
        z: grid((token) => token.kl),
        customdata: grid((token) => [token.teacher, token.student, token.gold].map(plotlyText)),
        hovertemplate:
          "KL %{z:.3f}<br>교사: %{customdata[0]}<br>학생: %{customdata[1]}<br>정답: %{customdata[2]}<extra></extra>",
        zmin: 0,
        zmax: largest,
        colorscale: [
          [0, "#f7fbff"],
          [0.5, "#6baed6"],
          [1, "#08306b"],
        ],
        xgap: 2,
        ygap: 6,
        colorbar: { title: { text: "KL (nat)", side: "right" }, thickness: 14 },
      },
    ],
    layout: {
      title: figureTitle("토큰마다의 교사-학생 차이 (KL; ≠: 1순위 토큰이 다름)"),
      width: 900,
      height: 120 + 62 * lines,
      xaxis: { visible: false, range: [-0.5, COLUMNS - 0.5] },
      yaxis: { visible: false, autorange: "reversed" },
      annotations: tokens.map((token, index) => ({
        x: index % COLUMNS,
        y: Math.floor(index / COLUMNS),
        text: `${plotlyText(token.token.trim() || "␣")}${token.teacher === token.student ? "" : "<br>≠"}`,
        showarrow: false,
        font: {
          size: token.token.length > LONG_TOKEN ? 9 : 13,
          color: token.kl / largest > 0.55 ? "#fff" : "#000",
        },
      })),
      margin: { t: 60, l: 20, r: 20, b: 20 },
    },
  };
}
