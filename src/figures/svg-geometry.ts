// Boxes and path lengths of SVG elements, which jsdom lacks and Plotly asks for to place labels.
// A box without its transforms looks right and is wrong: tick labels vanish silently. So every transform is applied.
import { measureText } from "./text-measure";

export type Point = readonly [x: number, y: number];

export interface Box {
  x: number;
  y: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
  width: number;
  height: number;
}

/** What is used of a DOM element, jsdom's own types not being a dependency. */
export interface SvgElement {
  tagName: string;
  textContent: string | null;
  style?: Record<string, string>;
  parentNode: SvgElement | null;
  getAttribute?(name: string): string | null;
  querySelectorAll(selector: string): Iterable<SvgElement>;
}

const attribute = (element: SvgElement, name: string) => element.getAttribute?.(name) ?? "";

/** The value of an inherited property: the nearest style or attribute. */
function inherited(element: SvgElement, property: string, name: string): string {
  for (let at: SvgElement | null = element; at?.style; at = at.parentNode) {
    const value = at.style[property] || attribute(at, name);
    if (value) return value;
  }
  return "";
}

/** Corners of a text element before its own transform. */
function textCorners(text: SvgElement): Point[] {
  const lines = [...text.querySelectorAll("tspan.line")];
  const size = Number.parseFloat(inherited(text, "fontSize", "font-size")) || 12;
  const weight = inherited(text, "fontWeight", "font-weight") || "400";
  const boxes = (lines.length ? lines : [text]).map((line) =>
    measureText(line.textContent ?? "", size, weight),
  );
  const width = Math.max(...boxes.map((box) => box.width));
  const height = boxes.reduce((sum, box) => sum + box.height, 0);
  const anchor = { middle: 0.5, end: 1 }[inherited(text, "textAnchor", "text-anchor")] ?? 0;
  const x = (Number.parseFloat(attribute(text, "x")) || 0) - anchor * width;
  const y = (Number.parseFloat(attribute(text, "y")) || 0) - size;
  return [
    [x, y],
    [x + width, y],
    [x, y + height],
    [x + width, y + height],
  ];
}

function transform([x, y]: Point, name: string, [a = 0, b, c = 0]: number[]): Point {
  if (name === "translate") return [x + a, y + (b ?? 0)];
  if (name === "scale") return [x * a, y * (b ?? a)];
  if (name !== "rotate") return [x, y];
  const [cos, sin] = [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)];
  const [dx, dy] = [x - (b ?? 0), y - c];
  return [(b ?? 0) + dx * cos - dy * sin, c + dx * sin + dy * cos];
}

/** Takes points from the system of `from` to that of its ancestor `to`, or of the page. */
function toSystem(points: Point[], from: SvgElement, to?: SvgElement): Point[] {
  let moved = points;
  for (let at: SvgElement | null = from; at?.getAttribute && at !== to; at = at.parentNode) {
    const steps = [...attribute(at, "transform").matchAll(/(\w+)\(([^)]*)\)/g)].reverse();
    for (const [, name = "", list = ""] of steps) {
      const values = list.split(/[ ,]+/).map(Number);
      moved = moved.map((point) => transform(point, name, values));
    }
  }
  return moved;
}

function bound(points: Point[]): Box {
  const all: Point[] = points.length ? points : [[0, 0]];
  const [xs, ys] = [all.map((point) => point[0]), all.map((point) => point[1])];
  const [left, top, right, bottom] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  return { x: left, y: top, left, top, right, bottom, width: right - left, height: bottom - top };
}

/** The visible texts that an element holds, or the element itself when it is one. */
function texts(element: SvgElement): SvgElement[] {
  const found = /^(text|tspan)$/.test(element.tagName) ? [element] : [...element.querySelectorAll("text")];
  return found.filter((text) => text.textContent && text.style?.display !== "none");
}

/** SVGGraphicsElement.getBBox for whatever holds text: in the element's own system. */
export const localBox = (element: SvgElement): Box =>
  bound(texts(element).flatMap((text) => toSystem(textCorners(text), text, element)));

/** Element.getBoundingClientRect for whatever holds text: in the page's system. */
export const pageBox = (element: SvgElement): Box =>
  bound(texts(element).flatMap((text) => toSystem(textCorners(text), text)));

/** Corners of a path of straight pieces ("M0,0L10,5"): arrows have no others. */
function pathPoints(path: SvgElement): Point[] {
  const pairs = attribute(path, "d").match(/-?[\d.]+(?:e-?\d+)?[ ,]-?[\d.]+(?:e-?\d+)?/g) ?? [];
  return pairs.map((pair): Point => {
    const [x = 0, y = 0] = pair.split(/[ ,]/).map(Number);
    return [x, y];
  });
}

const distance = (a: Point, b: Point) => Math.hypot(b[0] - a[0], b[1] - a[1]);

/** SVGGeometryElement.getTotalLength. */
export function pathLength(path: SvgElement): number {
  const points = pathPoints(path);
  return points.slice(1).reduce((sum, point, i) => sum + distance(points[i]!, point), 0);
}

/** SVGGeometryElement.getPointAtLength. */
export function pointAtLength(path: SvgElement, length: number): { x: number; y: number } {
  const points = pathPoints(path);
  let [left, from] = [length, points[0] ?? ([0, 0] as const)];
  for (const to of points.slice(1)) {
    const piece = distance(from, to);
    if (left <= piece && piece > 0) {
      const share = left / piece;
      return { x: from[0] + share * (to[0] - from[0]), y: from[1] + share * (to[1] - from[1]) };
    }
    left -= piece;
    from = to;
  }
  return { x: from[0], y: from[1] };
}
