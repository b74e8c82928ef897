// One Plotly figure as SVG, PNG and files. No browser: plotly.js-dist draws into jsdom (plotly-window.ts).
import { join } from "node:path";
import { writeFileAtomic } from "../base/atomic-write";
import { withPlacedEmoji } from "./emoji-places";
import { resvgFont } from "./fonts";
import { plotlyWindow } from "./plotly-window";
import { withDensity } from "./png-density";
import { printable } from "./printable";
import { themedLayout } from "./theme";

export interface Figure {
  data: object[];
  layout?: { width?: number; height?: number; [key: string]: unknown };
}

/** A value with every text in it as the fonts can print it. */
function withPrintableTexts<Value>(value: Value): Value {
  if (typeof value === "string") return printable(value) as Value;
  if (Array.isArray(value)) return value.map(withPrintableTexts) as Value;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withPrintableTexts(inner)]),
  ) as Value;
}

/** The figure as Plotly takes it everywhere: with the project's layout defaults, and texts that the fonts can print. */
export function themed(figure: Figure): {
  data: object[];
  layout: Record<string, unknown> & { width: number; height: number };
} {
  return withPrintableTexts({ data: figure.data, layout: themedLayout(figure.layout) });
}

let drawing: Promise<unknown> = Promise.resolve();

/** Draws a figure as SVG text; the same figure gives the same bytes on every run. */
export function toSvg(figure: Figure): Promise<string> {
  // One at a time: Plotly's names come from one seeded sequence.
  const drawn = drawing.then(() => draw(figure));
  drawing = drawn.catch(() => undefined);
  return drawn;
}

async function draw(figure: Figure): Promise<string> {
  const window = plotlyWindow();
  const { data, layout } = themed(figure);
  // Plotly names its elements at random; the same seed every time (Park and Miller 1988) gives the same names.
  let seed = 1;
  window.Math.random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const element = window.document.createElement("div");
  window.document.body.append(element);
  try {
    await window.Plotly.newPlot(element, structuredClone(data), structuredClone(layout), {
      staticPlot: true,
    });
    const { width, height } = layout;
    return await window.Plotly.toImage(element, { format: "svg", imageDataOnly: true, width, height });
  } finally {
    window.Plotly.purge(element);
    element.remove();
  }
}

/** Paints an SVG of this module as PNG. `dpi`: pixels per inch, where the figure's own size is at 96. */
export function toPng(svg: string, dpi = 192): Buffer {
  const { Resvg } = require("@resvg/resvg-js") as typeof import("@resvg/resvg-js");
  // resvg does not read quoted url() (the colour bar would be black) and knows crisp pixels under another name.
  const plain = withPlacedEmoji(svg)
    .replace(/url\((?:'|&quot;)(#[^'&]*)(?:'|&quot;)\)/g, "url($1)")
    .replace(
      /image-rendering:\s*(pixelated|crisp-edges|-moz-crisp-edges)/g,
      "image-rendering: optimizeSpeed",
    );
  const png = new Resvg(plain, {
    background: "white",
    fitTo: { mode: "zoom", value: dpi / 96 },
    font: resvgFont(),
  })
    .render()
    .asPng();
  return withDensity(png, dpi);
}

/** Writes `name`.json (Plotly), .svg and .png (300 dpi) into a folder; returns their paths. */
export async function saveFigure(figure: Figure, folder: string, name: string): Promise<string[]> {
  const svg = await toSvg(figure);
  const contents: [extension: string, content: string | Buffer][] = [
    ["json", `${JSON.stringify(themed(figure), null, 1)}\n`],
    ["svg", svg],
    ["png", toPng(svg, 300)],
  ];
  return contents.map(([extension, content]) => {
    const file = join(folder, `${name}.${extension}`);
    writeFileAtomic(file, content);
    return file;
  });
}
