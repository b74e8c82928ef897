// How much the systems' ROUGE-1 moves from seed to seed.
import type { Language } from "../base/language";
import type { SeedRow } from "../results/seeds";
import { inOrder, type System } from "../results/systems";
import type { Figure } from "./figure";
import { figureTitle, systemLabel, testSetName } from "./labels";

const LOOKS = [
  { color: "#0072B2", symbol: "circle" },
  { color: "#E69F00", symbol: "square" },
  { color: "#009E73", symbol: "diamond" },
  { color: "#CC79A7", symbol: "triangle-up" },
];

/** Draws ROUGE-1 (whitespace) of every system once a seed, in-domain at the left, other at the right. */
export function seedSpread(
  seeds: readonly SeedRow[],
  systems: readonly System[],
  language: Language = "ko",
): Figure {
  const order = inOrder(seeds[0]?.systems ?? [], systems).map((row) => row.system);
  const sides = ["in-domain", "other"] as const;
  const data = sides.flatMap((side, index) =>
    seeds.map(({ seed, systems: scored }, position) => {
      const rows = inOrder(scored, systems);
      const look = LOOKS[position % LOOKS.length]!;
      return {
        type: "scatter",
        mode: "markers",
        name: `${{ ko: "시드", en: "seed" }[language]} ${seed}`,
        legendgroup: String(seed),
        showlegend: index === 0,
        xaxis: index ? "x2" : "x",
        yaxis: index ? "y2" : "y",
        x: rows.map((row) => order.indexOf(row.system) + (position - (seeds.length - 1) / 2) * 0.16),
        y: rows.map((row) => row.scores[side]["rouge1.whitespace"] ?? null),
        marker: { color: look.color, symbol: look.symbol, size: 10, line: { color: "#000", width: 0.7 } },
      };
    }),
  );
  const ticks = {
    tickvals: order.map((_, i) => i),
    ticktext: order.map((id) => systemLabel(id, systems, language)),
    range: [-0.5, order.length - 0.5],
    zeroline: false,
    tickangle: 0,
    tickfont: { size: 11 },
  };
  return {
    data,
    layout: {
      title: figureTitle(
        {
          ko: "시드에 따른 ROUGE-1 F1 (공백 토크나이저)",
          en: "ROUGE-1 F1 by seed (whitespace tokenizer)",
        }[language],
      ),
      width: 980,
      height: 440,
      xaxis: { ...ticks, domain: [0, 0.48], title: { text: testSetName("in-domain", language) } },
      yaxis: { title: { text: "ROUGE-1 F1" }, rangemode: "tozero", tickformat: ".1f" },
      xaxis2: { ...ticks, domain: [0.52, 1], anchor: "y2", title: { text: testSetName("other", language) } },
      yaxis2: { anchor: "x2", matches: "y", showticklabels: false },
      legend: { orientation: "h", x: 0, y: 1.04, yanchor: "bottom" },
      margin: { t: 95, r: 20, b: 75 },
    },
  };
}
