// Texts as people's files bring them: decomposed Hangul is composed, halves of characters are found.

/** Conjoining jamo: Hangul taken apart (NFD), as macOS and some systems write it. */
const DECOMPOSED_HANGUL = /[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]+/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** The text with its Hangul composed (NFC); other letters stay as they are written. */
export const composeHangul = (text: string): string =>
  text.replace(DECOMPOSED_HANGUL, (jamo) => jamo.normalize("NFC"));

/** Half a character, left where something cut a text inside an emoji or rare character; undefined where there is none. */
export function halfCharacter(text: string): string | undefined {
  const found = LONE_SURROGATE.exec(text);
  if (!found) return undefined;
  const code = text.charCodeAt(found.index).toString(16).toUpperCase();
  return `half a character (lone surrogate U+${code}) at position ${found.index}`;
}
