// Text as our fonts can print it, the same in every format: what they lack is replaced by what means the same, or spelt out.
import { EMOJI_FAMILY, inEmojiFont, inTextFont } from "./fonts";

/** Characters that mean the same as another and are not its compatibility form in Unicode (NFKC finds those). */
const SAME_MEANING: Record<string, string> = {
  ...{ "∼": "~", "⁓": "~", "⋅": "·", "∙": "·", "⸱": "·", "⁄": "/", "∖": "\\", "∗": "*", "⁎": "*", "✱": "*" },
  ...{ "➔": "→", "➙": "→", "➜": "→", "➝": "→", "➞": "→", "⟶": "→", "↦": "→", "⟵": "←", "⟹": "⇒", "⟸": "⇐" },
  ...{ "➤": "▶", "▸": "▶", "‣": "▶", "➢": "▷", "▹": "▷", "◂": "◀", "❍": "○", "⬤": "●", "⦁": "•", "☐": "□" },
  ...{ "⟨": "〈", "⟩": "〉", "⟪": "《", "⟫": "》", "❝": "“", "❞": "”", "⁃": "-", "⩽": "≤", "⩾": "≥" },
  ...{ "✕": "×", "✗": "×" },
};

/** Text without a line that needs a look: ASCII, Hangul syllables, line feeds. */
const PLAIN = /^[\n\t\x20-\x7e\uac00-\ud7a3]*$/;
const LINE = /^[\n\t]$/;
/** Variation selectors: how a character is to look, and nothing of what it means. */
const SELECTORS = /[\ufe00-\ufe0f]/g;

const segmenter = new Intl.Segmenter("ko", { granularity: "grapheme" });
const known = new Map<string, string>();

const printsAsText = (text: string): boolean => [...text].every((c) => LINE.test(c) || inTextFont(c));
const prints = (cluster: string): boolean => printsAsText(cluster) || inEmojiFont(cluster);

const codeOf = (character: string): string =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;

/** One character as a reader sees it (a grapheme cluster), as it can be printed. */
function printableCluster(cluster: string): string {
  const plain = cluster.replace(SELECTORS, "");
  const same = (text: string) => [...text].map((c) => (inTextFont(c) ? c : (SAME_MEANING[c] ?? c))).join("");
  const compatible = plain.normalize("NFKC");
  const candidates = [cluster, plain, same(plain), compatible, same(compatible)];
  const found = candidates.find((text) => text !== "" && prints(text));
  if (found !== undefined || plain === "") return found ?? "";
  return [...plain].map((c) => (prints(c) ? c : `[${codeOf(c)}]`)).join("");
}

/** The text with every character that neither font has replaced; joined emoji stay whole. */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text;
  let out = "";
  for (const { segment } of segmenter.segment(text)) {
    let shown = known.get(segment);
    if (shown === undefined) {
      shown = printableCluster(segment);
      known.set(segment, shown);
    }
    out += shown;
  }
  return out;
}

/** Printable text cut where the font changes. */
export function fontRuns(text: string): { text: string; font: "text" | "emoji" }[] {
  if (PLAIN.test(text)) return [{ text, font: "text" }];
  const runs: { text: string; font: "text" | "emoji" }[] = [];
  for (const { segment } of segmenter.segment(text)) {
    const font = printsAsText(segment) ? "text" : "emoji";
    const last = runs[runs.length - 1];
    if (last?.font === font) last.text += segment;
    else runs.push({ text: segment, font });
  }
  return runs;
}

/** An SVG whose emoji name their font: resvg and pdfmake look for none beside the one that a text has. */
export const withFontNames = (svg: string): string =>
  svg.replace(/>([^<]+)</g, (all, text: string) => {
    const runs = fontRuns(text);
    if (runs.every(({ font }) => font === "text")) return all;
    const pieces = runs.map((run) =>
      run.font === "text" ? run.text : `<tspan style="font-family: '${EMOJI_FAMILY}'">${run.text}</tspan>`,
    );
    return `>${pieces.join("")}<`;
  });
