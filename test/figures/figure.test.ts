// Figures without a browser: same bytes every time, Korean labels in their places, a font with every sign, atomic files.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Figure, saveFigure, toPng, toSvg } from "../../src/figures/figure";
import { PALETTE, SERIES_STYLES, themedLayout } from "../../src/figures/theme";

const figure: Figure = {
  data: [
    { x: [1, 2, 3], y: [-0.5, 0.25, 1], name: "학생", type: "scatter" },
    { x: [1, 2, 3], y: [0.5, 0, -1], name: "교사", type: "scatter" },
  ],
  layout: {
    title: { text: "훈련 손실" },
    yaxis: { title: { text: "손실" } },
    xaxis: { title: { text: "단계" } },
  },
};

test("the same figure gives the same SVG bytes, also when two are asked for at once", async () => {
  const svg = await toSvg(figure);
  const [again, other, third] = await Promise.all([
    toSvg(figure),
    toSvg({ data: [{ x: [1], y: [2] }] }),
    toSvg(figure),
  ]);
  expect(again).toBe(svg);
  expect(third).toBe(svg);
  expect(other).not.toBe(svg);
  for (const text of ["학생", "교사", "훈련 손실", "손실", "단계", "−0.5"])
    expect(svg).toContain(`>${text}<`);
});

test("tick labels are all there and inside the picture", async () => {
  const svg = await toSvg({
    data: [{ type: "bar", x: ["조정 전", "LoRA 학생", "LoRA 교사", "증류 학생"], y: [1, 2, 3, 4] }],
  });
  const ticks = [
    ...svg.matchAll(/class="xtick"><text[^>]*transform="translate\(([\d.]+),0\)[^>]*>([^<]+)</g),
  ];
  expect(ticks.map((tick) => tick[2])).toEqual(["조정 전", "LoRA 학생", "LoRA 교사", "증류 학생"]);
  for (const tick of ticks) expect(Number(tick[1])).toBeLessThan(720);
});

test("the font of the PNG has every sign that Plotly and our labels use", () => {
  const ink = (character: string) =>
    toPng(
      `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60"><text x="5" y="45" font-size="40">${character}</text></svg>`,
    ).length;
  const blank = ink(" ");
  expect([..."−×μ±≤αβλτ²가漢"].filter((character) => ink(character) <= blank)).toEqual([]);
});

test("a figure is saved as Plotly JSON, SVG and a PNG of 300 dpi, and nothing else is left", async () => {
  const folder = mkdtempSync(join(tmpdir(), "figure-"));
  await saveFigure(figure, folder, "loss");
  expect(readdirSync(folder).sort()).toEqual(["loss.json", "loss.png", "loss.svg"]);
  const png = readFileSync(join(folder, "loss.png"));
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([
    (720 * 300) / 96,
    Math.ceil((420 * 300) / 96),
  ]);
  expect(JSON.parse(readFileSync(join(folder, "loss.json"), "utf8")).data).toEqual(figure.data);
  rmSync(folder, { recursive: true });
});

/** Relative luminance of a colour by WCAG 2. */
function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const value = Number.parseInt(color.slice(i, i + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test("neighbouring series differ in grey print: in lightness, and in mark and dash", () => {
  for (let i = 1; i < 6; i++) {
    const [a, b] = [luminance(PALETTE[i - 1]!), luminance(PALETTE[i]!)];
    expect((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), `${i}`).toBeGreaterThan(1.2);
  }
  expect(new Set(SERIES_STYLES.map((style) => style.symbol)).size).toBe(SERIES_STYLES.length);
  expect(new Set(SERIES_STYLES.map((style) => style.pattern)).size).toBe(SERIES_STYLES.length);
});

test("a figure's layout wins over the defaults, part by part", () => {
  const layout = themedLayout({ font: { size: 20 }, yaxis: { range: [0, 1] }, width: 500 });
  expect(layout).toMatchObject({ width: 500, height: 420, font: { size: 20, color: "#222222" } });
  expect(layout.yaxis).toMatchObject({ range: [0, 1], gridcolor: "#dddddd" });
});
