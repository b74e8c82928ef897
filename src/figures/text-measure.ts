// Font of all figures, and the width of text in it, measured by the program that paints the PNG.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

// Noto Sans KR has Hangul, hanja, Greek and the minus sign U+2212 that Plotly writes. NanumGothic lacks the last two and
// resvg then paints nothing at all: −0.5 would read 0.5.
export const FONT_FAMILY = "Noto Sans KR, Noto Sans CJK KR, sans-serif";

const FONT_FILES = ["400Regular/NotoSansKR_400Regular.ttf", "700Bold/NotoSansKR_700Bold.ttf"];

/** Font settings for resvg: the project's own font files and no others, so that every machine paints the same. */
export function resvgFont(): { loadSystemFonts: false; fontFiles: string[]; defaultFontFamily: string } {
  const folder = resolve(__dirname, "../../node_modules/@expo-google-fonts/noto-sans-kr");
  const fontFiles = FONT_FILES.map((file) => join(folder, file));
  const missing = fontFiles.find((file) => !existsSync(file));
  if (missing) throw new Error(`${missing}: font file not found. Run \`npm run setup\`.`);
  return { loadSystemFonts: false, fontFiles, defaultFontFamily: "Noto Sans KR" };
}

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
    // The bars of "|" at both ends keep leading and trailing blanks from being trimmed away.
    box = {
      width: Math.max(0, width(`|${text}|`, size, weight) - width("||", size, weight)),
      height: size * 1.25,
    };
    measured.set(key, box);
  }
  return box;
}

function width(text: string, size: number, weight: string): number {
  const { Resvg } = require("@resvg/resvg-js") as typeof import("@resvg/resvg-js");
  const safe = text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg"><text xml:space="preserve" font-size="${size}" font-weight="${weight}">${safe}</text></svg>`;
  return new Resvg(svg, { font: resvgFont() }).getBBox()?.width ?? 0;
}
