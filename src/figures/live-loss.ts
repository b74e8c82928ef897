// The loss of a running training, drawn anew below its cell every two seconds; outside a notebook nothing is drawn.
// Plain SVG: JupyterLab's Plotly renderer draws an updated display's first state only.
import { notebookWriter } from "../base/progress";
import { PALETTE } from "./theme";

const INTERVAL_MS = 2000;
const MOST_POINTS = 400;
const WIDTH = 720;
const HEIGHT = 200;
const PLOT = { left: 64, right: WIDTH - 16, top: 30, bottom: HEIGHT - 36 };
let displays = 0;

const inert = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** The losses of steps 1, 2, … of `totalSteps` as a line in an SVG, in nats per token. */
export function lossSvg(label: string, losses: readonly number[], totalSteps: number): string {
  const low = Math.min(...losses);
  const high = Math.max(...losses);
  const x = (step: number) => PLOT.left + ((PLOT.right - PLOT.left) * step) / totalSteps;
  const y = (loss: number) =>
    PLOT.bottom - ((PLOT.bottom - PLOT.top) * (loss - low)) / Math.max(high - low, Number.EPSILON);
  const stride = Math.ceil(losses.length / MOST_POINTS);
  const points = losses.flatMap((loss, i) =>
    (losses.length - 1 - i) % stride === 0 ? [`${x(i + 1).toFixed(1)},${y(loss).toFixed(1)}`] : [],
  );
  const text = (left: number, top: number, anchor: string, words: string) =>
    `<text x="${left}" y="${top}" text-anchor="${anchor}">${words}</text>`;
  const last = losses[losses.length - 1]!;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<path d="M${PLOT.left} ${PLOT.top}V${PLOT.bottom}H${PLOT.right}" fill="none" stroke="#888888"/>`,
    text(PLOT.left, 18, "start", `${inert(label)}: 토큰당 손실 ${last.toFixed(3)} nat`),
    text(PLOT.left - 6, PLOT.top + 8, "end", high.toFixed(2)),
    text(PLOT.left - 6, PLOT.bottom, "end", low.toFixed(2)),
    text(PLOT.left, HEIGHT - 16, "middle", "0"),
    text(PLOT.right, HEIGHT - 16, "end", `${totalSteps} 스텝`),
    `<polyline points="${points.join(" ")}" fill="none" stroke="${PALETTE[0]}" stroke-width="1.5"/>`,
    "</svg>",
  ].join("\n");
}

/** A function to call after each step of `totalSteps`; it draws the losses so far. */
export function liveLoss(
  label: string,
  totalSteps: number,
): (record: { step: number; loss: number }) => void {
  const write = notebookWriter();
  if (!write) return () => {};
  const transient = { display_id: `live-loss-${++displays}` };
  const losses: number[] = [];
  let drawn = 0;
  return ({ step, loss }) => {
    // A resumed run begins behind the steps that an earlier one took: the line holds its place.
    while (losses.length < step) losses.push(loss);
    losses.push(loss);
    const due = step + 1 === totalSteps || Date.now() - drawn >= INTERVAL_MS;
    if (losses.length < 2 || !due) return;
    const data = {
      "image/svg+xml": lossSvg(label, losses, totalSteps),
      "text/plain": `${label}: loss ${loss.toFixed(3)}`,
    };
    // The runner leaves it out of saved notebooks: the finished run's curve stands in a cell of its own.
    write({ data, metadata: { live: true }, transient }, drawn > 0);
    drawn = Date.now();
  };
}
