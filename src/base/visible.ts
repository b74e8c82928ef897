// Characters that a reader cannot see, or that reorder what is read or steer a terminal, written out.

// C0 and C1 controls (but tab and line feed), zero-width and bidirectional marks, line separators, lone surrogates, U+FFFE/F.
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u00ad\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ue000-\ue002\ufeff\ufff9-\uffff\ud800-\udfff]/gu;

/** A zero-width joiner that joins no two emoji: between them it makes one picture of them and is no hidden text. */
const STRAY_JOINER =
  /\u200d(?!\p{Extended_Pictographic})|(?<!\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?)\u200d/gu;

/** Text from data, models or files for a terminal or a page: hidden characters as [U+202E], line ends as line feeds. */
export function visible(text: string): string {
  const written = (c: string) => `[U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`;
  return text.replace(/\r\n?/g, "\n").replace(HIDDEN, written).replace(STRAY_JOINER, written);
}
