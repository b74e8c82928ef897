// plotly.js-dist in a jsdom window, so that figures are drawn without a browser.
import { readFileSync } from "node:fs";
import { localBox, pageBox, pathLength, pointAtLength, type SvgElement } from "./svg-geometry";

interface Plotly {
  newPlot(element: object, data: object[], layout: object, config: object): Promise<unknown>;
  toImage(element: object, options: object): Promise<string>;
  purge(element: object): void;
}

export interface PlotlyWindow {
  Plotly: Plotly;
  Math: { random(): number };
  document: {
    createElement(name: string): { remove(): void };
    body: { append(element: object): void };
  };
}

// biome-ignore lint/suspicious/noExplicitAny: jsdom's prototypes are patched by name; jsdom ships no types.
type Patched = any;

interface Canvas {
  width: number;
  height: number;
  getContext(kind: "2d"): unknown;
  toDataURL(type: string): string;
}

let window: (PlotlyWindow & Patched) | undefined;

/** The window with Plotly loaded; made once, at the first figure (about 3 s). */
export function plotlyWindow(): PlotlyWindow {
  if (window) return window;
  const { JSDOM } = require("jsdom");
  const made = new JSDOM("<!doctype html><body></body>", {
    runScripts: "outside-only",
    pretendToBeVisual: true,
  }).window;
  provideCanvas(made);
  provideGeometry(made);
  made.URL.createObjectURL = () => "blob:unused";
  made.eval(readFileSync(require.resolve("plotly.js-dist/plotly.js"), "utf8"));
  window = made;
  return made;
}

/** Heatmaps are painted on a 2D canvas and embedded as PNG. */
function provideCanvas(made: Patched): void {
  const { createCanvas } = require("@napi-rs/canvas") as {
    createCanvas(width: number, height: number): Canvas;
  };
  const canvases = new WeakMap<object, Canvas>();
  const canvasOf = (element: { width: number; height: number }): Canvas => {
    let canvas = canvases.get(element);
    if (!canvas || canvas.width !== element.width || canvas.height !== element.height) {
      canvas = createCanvas(element.width, element.height);
      canvases.set(element, canvas);
    }
    return canvas;
  };
  const prototype = made.HTMLCanvasElement.prototype;
  prototype.getContext = function (kind: string) {
    return kind === "2d" ? canvasOf(this).getContext("2d") : null;
  };
  prototype.toDataURL = function (type: string) {
    return canvasOf(this).toDataURL(type);
  };
}

function provideGeometry(made: Patched): void {
  const svg = made.SVGElement.prototype;
  svg.getBBox = function (this: SvgElement) {
    return localBox(this);
  };
  svg.getComputedTextLength = function (this: SvgElement) {
    return localBox(this).width;
  };
  svg.getTotalLength = function (this: SvgElement) {
    return pathLength(this);
  };
  svg.getPointAtLength = function (this: SvgElement, length: number) {
    return pointAtLength(this, length);
  };
  made.Element.prototype.getBoundingClientRect = function (this: SvgElement) {
    return pageBox(this);
  };
}
