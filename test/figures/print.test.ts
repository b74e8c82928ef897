// Figures in print and for the colour-blind, by computation: series are told apart in simulated deuteranopia and protanopia and in
// grey, by lightness or by mark, dash or hatching; pictures carry their 300 dpi.
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { toPng } from "../../src/figures/figure";
import { stylesOf } from "../../src/figures/systems";
import { PALETTE } from "../../src/figures/theme";
import { systemsOf } from "../../src/results/systems";
import { drawAll, fixtureResults } from "./fixture-figures";

type Triple = [number, number, number];

const linear = (color: string): Triple => {
  const full = /^#[0-9a-f]{3}$/i.test(color) ? color.replace(/[0-9a-f]/gi, "$&$&") : color;
  return [1, 3, 5].map((i) => {
    const value = Number.parseInt(full.slice(i, i + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Triple;
};
const times = (matrix: number[][], v: Triple): Triple =>
  matrix.map((row) => row[0]! * v[0] + row[1]! * v[1] + row[2]! * v[2]) as Triple;

// Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB.
const BLINDNESS = {
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
};

/** CIE L*a*b* of linear sRGB, D65. */
function lab(rgb: Triple): Triple {
  const clipped = rgb.map((v) => Math.min(1, Math.max(0, v))) as Triple;
  const [x, y, z] = times(
    [
      [0.4124564, 0.3575761, 0.1804375],
      [0.2126729, 0.7151522, 0.072175],
      [0.0193339, 0.119192, 0.9503041],
    ],
    clipped,
  );
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const [fx, fy, fz] = [f(x / 0.95047), f(y), f(z / 1.08883)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}
const distance = (a: Triple, b: Triple) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** A difference that the eye sees at a glance, several times the just noticeable one (about 2.3). */
const CLEAR = 10;

interface Look {
  name: string;
  color: string;
  symbol: string;
  dash: string;
  pattern: string;
}

interface Trace {
  name?: string;
  showlegend?: boolean;
  line?: { color?: string; dash?: string };
  marker?: { color?: string | string[]; symbol?: string; pattern?: { shape?: string } };
}

/** The looks of a figure's named series. */
function looksOf(data: object[]): Look[] {
  const looks = new Map<string, Look>();
  for (const trace of data as Trace[]) {
    const color = trace.line?.color ?? trace.marker?.color;
    if (!trace.name || typeof color !== "string" || trace.showlegend === false) continue;
    const { name } = trace;
    const pattern = trace.marker?.pattern?.shape ?? "";
    looks.set(name, {
      name,
      color,
      symbol: trace.marker?.symbol ?? "",
      dash: trace.line?.dash ?? "",
      pattern,
    });
  }
  return [...looks.values()];
}

const otherwise = (a: Look, b: Look) => a.symbol !== b.symbol || a.dash !== b.dash || a.pattern !== b.pattern;
const pairs = <T>(list: T[]): [T, T][] =>
  list.flatMap((a, i) => list.slice(i + 1).map((b): [T, T] => [a, b]));

describe("series of one figure", () => {
  for (const [name, figure] of Object.entries(drawAll())) {
    const looks = looksOf(figure.data);
    if (looks.length < 2) continue;
    it(`${name}: told apart without colour`, () => {
      for (const [a, b] of pairs(looks)) {
        for (const [kind, matrix] of Object.entries(BLINDNESS)) {
          const seen = distance(lab(times(matrix, linear(a.color))), lab(times(matrix, linear(b.color))));
          expect(seen >= CLEAR || otherwise(a, b), `${a.name} and ${b.name}, ${kind}`).toBe(true);
        }
        const grey = Math.abs(lab(linear(a.color))[0] - lab(linear(b.color))[0]);
        expect(grey >= CLEAR || otherwise(a, b), `${a.name} and ${b.name}, grey`).toBe(true);
      }
    });
  }
});

describe("colours", () => {
  it("of the systems and of the palette stay apart in deuteranopia and protanopia", () => {
    for (const colors of [
      Object.values(stylesOf(systemsOf(fixtureResults()))).map((style) => style.color),
      [...PALETTE],
    ]) {
      for (const [kind, matrix] of Object.entries(BLINDNESS)) {
        for (const [a, b] of pairs(colors)) {
          const seen = distance(lab(times(matrix, linear(a))), lab(times(matrix, linear(b))));
          expect(seen, `${a} and ${b}, ${kind}`).toBeGreaterThan(CLEAR);
        }
      }
    }
  });

  it("of the simulation are right: red and green of equal lightness nearly meet, blue and yellow do not", () => {
    const seen = (a: string, b: string) =>
      distance(lab(times(BLINDNESS.deuteranopia, linear(a))), lab(times(BLINDNESS.deuteranopia, linear(b))));
    expect(seen("#a05050", "#6e6e50")).toBeLessThan(
      distance(lab(linear("#a05050")), lab(linear("#6e6e50"))) / 2,
    );
    expect(seen("#0000ff", "#ffff00")).toBeGreaterThan(100);
  });
});

it("a PNG says its density, 300 dpi, in a chunk with a right checksum", () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="48"></svg>';
  const png = toPng(svg, 300);
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([300, 150]);
  const at = png.indexOf("pHYs", 0, "latin1");
  // 300 pixels an inch are 11811 a metre.
  expect([png.readUInt32BE(at + 4), png.readUInt32BE(at + 8), png[at + 12]]).toEqual([11811, 11811, 1]);
  expect(png.readUInt32BE(at + 13)).toBe(crc32(png.subarray(at, at + 13)));
});
