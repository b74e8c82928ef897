// SentencePiece's compiled normalisation table ("precompiled_charsmap"), applied as the Rust tokenizers apply it.
// The table is a double-array trie (darts-clone) over UTF-8 bytes, followed by the replacements, each ended by NUL.

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });
// Only graphemes below this many bytes are looked up as a whole; longer ones go character by character.
const WHOLE_GRAPHEME_BYTES = 6;

const leafBelow = (unit: number): boolean => ((unit >>> 8) & 1) === 1;
const label = (unit: number): number => (unit & 0x800000ff) >>> 0;
const offset = (unit: number): number => ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0;
const leafValue = (unit: number): number => unit & 0x7fffffff;

/** Builds the normaliser of a tokenizer.json's base64 table; throws when the table is cut short. */
export function charsmapNormalizer(base64: string): (text: string) => string {
  const table = Buffer.from(base64, "base64");
  const trieBytes = table.length >= 4 ? table.readUInt32LE(0) : Number.NaN;
  if (!(trieBytes % 4 === 0 && table.length > 4 + trieBytes)) {
    throw new Error(
      `precompiled_charsmap: expected a trie and its replacements, found ${table.length} bytes. Fetch tokenizer.json again.`,
    );
  }
  const units = Array.from({ length: trieBytes / 4 }, (_, i) => table.readUInt32LE(4 + 4 * i));
  const replacements = table.subarray(4 + trieBytes);

  /** The replacement of the shortest known beginning of a piece, or undefined. */
  const lookUp = (bytes: Uint8Array): string | undefined => {
    let node = offset(units[0] as number);
    for (const byte of bytes) {
      if (byte === 0) return undefined;
      node = (node ^ byte) >>> 0;
      const unit = units[node];
      if (unit === undefined || label(unit) !== byte) return undefined;
      node = (node ^ offset(unit)) >>> 0;
      if (leafBelow(unit)) {
        const start = leafValue(units[node] as number);
        return replacements.toString("utf8", start, replacements.indexOf(0, start));
      }
    }
    return undefined;
  };
  return (text) => {
    let result = "";
    for (const { segment } of graphemes.segment(text)) {
      const bytes = Buffer.from(segment, "utf8");
      const whole = bytes.length < WHOLE_GRAPHEME_BYTES ? lookUp(bytes) : undefined;
      if (whole !== undefined) result += whole;
      else for (const character of segment) result += lookUp(Buffer.from(character, "utf8")) ?? character;
    }
    return result;
  };
}
