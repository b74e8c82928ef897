// The width of text in the figures' fonts, measured by the program that paints the PNG.
import { emojiWidth, resvgFont } from "./fonts";
import { fontRuns } from "./printable";

export interface TextSize {
  width: number;
  height: number;
}

const measured = new Map<string, TextSize>();

/** Width and height in pixels of one line of text, as resvg paints it. */
export function measureText(text: string, size: number, weight: string): TextSize {
  const key = `${size}|${weight}|${text}`;
  let box = measured.get(key);
  if (!box) {
    const widths = fontRuns(text).map((run) =>
      run.font === "emoji" ? emojiWidth(run.text, size) : textWidth(run.text, size, weight),
    );
    box = { width: widths.reduce((sum, width) => sum + width, 0), height: size * 1.25 };
    measured.set(key, box);
  }
  return box;
}

// The bars of "|" at both ends keep leading and trailing blanks from being trimmed away.
const textWidth = (text: string, size: number, weight: string): number =>
  Math.max(0, paintedWidth(`|${text}|`, size, weight) - paintedWidth("||", size, weight));

function paintedWidth(text: string, size: number, weight: string): number {
  const { Resvg } = require("@resvg/resvg-js") as typeof import("@resvg/resvg-js");
  const safe = text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg"><text xml:space="preserve" font-size="${size}" font-weight="${weight}">${safe}</text></svg>`;
  return new Resvg(svg, { font: resvgFont() }).getBBox()?.width ?? 0;
}
