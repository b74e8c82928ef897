// The fonts of figures and PDF, found beside the packages that bring them, and what they can print, read from the files.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const PACKAGES = resolve(__dirname, "../../node_modules/@expo-google-fonts");

/**
 * Noto Sans KR has Hangul, hanja, Greek and the minus sign U+2212 that Plotly writes (NanumGothic lacks the last two, and
 * resvg then paints nothing at all: −0.5 would read 0.5). Noto Emoji has every emoji, joined ones as one glyph, in black.
 */
export const FONT_FILES = {
  text: join(PACKAGES, "noto-sans-kr/400Regular/NotoSansKR_400Regular.ttf"),
  bold: join(PACKAGES, "noto-sans-kr/700Bold/NotoSansKR_700Bold.ttf"),
  emoji: join(PACKAGES, "noto-emoji/400Regular/NotoEmoji_400Regular.ttf"),
};

/** The folder that holds them all and nothing else. */
export const FONT_FOLDER = PACKAGES;

export const FONT_FAMILY = "Noto Sans KR, Noto Sans CJK KR, sans-serif";
export const EMOJI_FAMILY = "Noto Emoji";

function fontFile(name: keyof typeof FONT_FILES): string {
  const file = FONT_FILES[name];
  if (!existsSync(file)) throw new Error(`${file}: font file not found. Run \`npm run setup\`.`);
  return file;
}

/** Font settings for resvg: the project's own font files and no others, so that every machine paints the same. */
export function resvgFont(): { loadSystemFonts: false; fontFiles: string[]; defaultFontFamily: string } {
  const fontFiles = (["text", "bold", "emoji"] as const).map(fontFile);
  return { loadSystemFonts: false, fontFiles, defaultFontFamily: "Noto Sans KR" };
}

// fontkit ships no types: these are the parts of a font that are used here.
interface Font {
  characterSet: number[];
  unitsPerEm: number;
  layout(text: string): { glyphs: { id: number }[]; advanceWidth: number };
}

const opened = new Map<string, { font: Font; characters: Set<number> }>();

function open(name: "text" | "emoji"): { font: Font; characters: Set<number> } {
  let found = opened.get(name);
  if (!found) {
    const { openSync } = require("fontkit") as { openSync(file: string): Font };
    const font = openSync(fontFile(name));
    found = { font, characters: new Set(font.characterSet) };
    opened.set(name, found);
  }
  return found;
}

/** Whether the text font has the character. */
export const inTextFont = (character: string): boolean =>
  open("text").characters.has(character.codePointAt(0)!);

/** Whether the emoji font draws the characters, joined or not, without its box for what it lacks (glyph 0). */
export const inEmojiFont = (characters: string): boolean =>
  open("emoji").characters.has(characters.codePointAt(0)!) &&
  open("emoji")
    .font.layout(characters)
    .glyphs.every(({ id }) => id !== 0);

/** Width in pixels of emoji in their font. */
export const emojiWidth = (characters: string, size: number): number => {
  const { font } = open("emoji");
  return (font.layout(characters).advanceWidth / font.unitsPerEm) * size;
};
