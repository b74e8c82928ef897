// The printable stand-ins for single bytes in byte-level BPE (the GPT-2 table) and in byte fallback.

/** Byte -> letter, and letter -> byte: printable Latin-1 stands for itself, the rest for letters from U+0100 on. */
function table(): { letters: string[]; bytes: Map<string, number> } {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const letters: string[] = [];
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    letters.push(String.fromCodePoint(printable(byte) ? byte : next++));
  }
  return { letters, bytes: new Map(letters.map((letter, byte) => [letter, byte])) };
}
const { letters: BYTE_LETTERS, bytes: LETTER_BYTES } = table();

/** The letter that stands for each byte 0-255. */
export { BYTE_LETTERS };

/** The text as byte letters, one a UTF-8 byte. */
export const toByteLetters = (text: string): string[] =>
  [...Buffer.from(text, "utf8")].map((byte) => BYTE_LETTERS[byte]!);

/** The bytes behind a token of a byte-level vocabulary, or undefined when a character of it is no byte letter. */
export function fromByteLetters(token: string): Buffer | undefined {
  const bytes = [...token].map((letter) => LETTER_BYTES.get(letter));
  return bytes.includes(undefined) ? undefined : Buffer.from(bytes as number[]);
}

/** `<0x0A>`: how byte fallback names a byte. */
export const fallbackName = (byte: number): string =>
  `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
