// An SVG as resvg paints it whole: it shapes joined emoji only where they begin a piece of text that has its own place.
import { EMOJI_FAMILY } from "./fonts";
import { fontRuns } from "./printable";
import { measureText } from "./text-measure";

interface Place {
  x: number;
  anchor: string;
  size: number;
  weight: string;
}

/** What of a place an element's attributes say; the rest is its parent's. */
function placeIn(attributes: string, parent: Place): Place {
  const read = (name: string) => new RegExp(`(?:^|[\\s";])${name}(?:="|:\\s*)([^";]+)`).exec(attributes)?.[1];
  return {
    x: Number(read("x") ?? parent.x),
    anchor: read("text-anchor") ?? parent.anchor,
    size: Number.parseFloat(read("font-size") ?? String(parent.size)),
    weight: read("font-weight") ?? parent.weight,
  };
}

const unescaped = (text: string): string =>
  text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

/** Runs of one font side by side from where the text begins, whatever side it is anchored at. */
function placed(runs: ReturnType<typeof fontRuns>, { x, anchor, size, weight }: Place): string {
  const widths = runs.map(({ text }) => measureText(unescaped(text), size, weight).width);
  const whole = widths.reduce((sum, width) => sum + width, 0);
  let at = x - (anchor === "middle" ? whole / 2 : anchor === "end" ? whole : 0);
  return runs
    .map(({ text, font }, i) => {
      const family = font === "emoji" ? `; font-family: '${EMOJI_FAMILY}'` : "";
      const piece = `<tspan x="${at.toFixed(2)}" style="text-anchor: start${family}">${text}</tspan>`;
      at += widths[i]!;
      return piece;
    })
    .join("");
}

/** The SVG of a figure with every run of emoji at its place and in its font. */
export function withPlacedEmoji(svg: string): string {
  let text: Place = { x: 0, anchor: "start", size: 13, weight: "normal" };
  return svg.replace(
    /<(text|tspan)\b([^>]*)>([^<]*)/g,
    (all, tag: string, attributes: string, content: string) => {
      const place = placeIn(attributes, text);
      if (tag === "text") text = place;
      const runs = fontRuns(content);
      if (runs.every(({ font }) => font === "text")) return all;
      return `<${tag}${attributes}>${placed(runs, place)}`;
    },
  );
}
