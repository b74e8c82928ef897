// Looks shared by all figures: size, font, and colours with marks that tell series apart in grey print too.
import { FONT_FAMILY } from "./fonts";

/** Okabe and Ito's colour-blind-safe palette, ordered so that neighbours differ in lightness as well. */
export const PALETTE = ["#0072B2", "#E69F00", "#D55E00", "#56B4E9", "#009E73", "#000000", "#CC79A7"] as const;

/** One look for each series by position: in grey print its mark, dash and hatching still tell it apart. */
export const SERIES_STYLES = [
  { symbol: "circle", dash: "solid", pattern: "" },
  { symbol: "square", dash: "dash", pattern: "/" },
  { symbol: "triangle-up", dash: "dot", pattern: "\\" },
  { symbol: "diamond", dash: "dashdot", pattern: "x" },
  { symbol: "x", dash: "longdash", pattern: "-" },
  { symbol: "star", dash: "longdashdot", pattern: "|" },
  { symbol: "cross", dash: "solid", pattern: "." },
].map((style, position) => ({ ...style, color: PALETTE[position % PALETTE.length]! }));

/** Layout of a figure that says nothing else. Width and height in pixels at 96 dpi. */
export const DEFAULT_LAYOUT = {
  width: 720,
  height: 420,
  font: { family: FONT_FAMILY, size: 13, color: "#222222" },
  colorway: [...PALETTE],
  paper_bgcolor: "white",
  plot_bgcolor: "white",
  margin: { l: 70, r: 30, t: 60, b: 60 },
};

const AXIS = { gridcolor: "#dddddd", zerolinecolor: "#888888", linecolor: "#444444", ticks: "outside" };

type Layout = Record<string, unknown>;
const isRecord = (value: unknown): value is Layout =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The figure's layout over the defaults; fonts, margins and axes are merged part by part. */
export function themedLayout(layout: Layout = {}): Layout & { width: number; height: number } {
  const merged: Layout = { ...DEFAULT_LAYOUT };
  for (const [name, value] of Object.entries(layout)) {
    const base = /^[xy]axis\d*$/.test(name) ? AXIS : merged[name];
    merged[name] = isRecord(base) && isRecord(value) ? { ...base, ...value } : value;
  }
  for (const name of ["xaxis", "yaxis"]) merged[name] ??= AXIS;
  return merged as Layout & { width: number; height: number };
}
