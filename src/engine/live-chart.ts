// A small live chart under a running notebook cell: the progress line and the curve so far, as one SVG.

const WIDTH = 640;
const HEIGHT = 150;
const LEFT = 56;
const TOP = 30;
const BOTTOM = 14;
const MOST_POINTS = 200;

const inert = (text: string): string =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** Means over equal stretches, at most MOST_POINTS of them. */
function binned(values: readonly number[]): number[] {
  const size = Math.ceil(values.length / MOST_POINTS);
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => {
    const part = values.slice(i * size, (i + 1) * size);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

/** `line` above the curve of `values`, whose last point stands at `share` (0 to 1) of the width. At least one value. */
export function chartSvg(line: string, values: readonly number[], share: number): string {
  const points = binned(values);
  const low = Math.min(...points);
  const high = Math.max(...points);
  const right = LEFT + (WIDTH - LEFT - 8) * share;
  const x = (i: number) => LEFT + ((right - LEFT) * (i + 1)) / points.length;
  const y = (value: number) =>
    high === low
      ? (TOP + HEIGHT - BOTTOM) / 2
      : TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const path = points.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const label = (value: number) =>
    `<text x="${LEFT - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value.toFixed(3)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="monospace" font-size="12">
<text x="4" y="16">${inert(line)}</text>
${label(high)}${high === low ? "" : label(low)}
<path d="M${LEFT},${TOP - 6}V${HEIGHT - BOTTOM + 6}H${WIDTH - 8}" fill="none" stroke="#999"/>
<polyline points="${path}" fill="none" stroke="#0072B2" stroke-width="1.5"/>
</svg>`;
}
