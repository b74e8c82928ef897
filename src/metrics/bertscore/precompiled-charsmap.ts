// sentencepiece's character map as the Rust tokenizers read it, grapheme by grapheme. @huggingface/transformers stands in for it with
// NFKC, which composes decomposed Hangul where Python does not: other ids, other BERTScores.
import type { PreTrainedTokenizer } from "@huggingface/transformers";

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });
/** Longer graphemes are mapped character by character. */
const LONGEST_WHOLE = 6;

/** A normalizer for the base64 `precompiled_charsmap` of a tokenizer.json: a double-array trie, then the replacements. */
export function precompiledNormalizer(charsmap: string): (text: string) => string {
  const bytes = Buffer.from(charsmap, "base64");
  const trieBytes = bytes.readUInt32LE(0);
  const trie = new Uint32Array(trieBytes / 4);
  for (let i = 0; i < trie.length; i++) trie[i] = bytes.readUInt32LE(4 + 4 * i);
  const replacements = bytes.subarray(4 + trieBytes);
  const offset = (unit: number) => ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0;

  /** What the shortest known prefix of `piece` becomes; undefined where none is known. */
  function mapped(piece: Buffer): string | undefined {
    let node = offset(trie[0]!);
    for (const byte of piece) {
      if (byte === 0) return undefined;
      node ^= byte;
      const unit = trie[node];
      if (unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return undefined;
      node ^= offset(unit);
      if ((unit >>> 8) & 1) {
        const from = trie[node]! & 0x7fffffff;
        return replacements.toString("utf8", from, replacements.indexOf(0, from));
      }
    }
    return undefined;
  }

  return (text) => {
    let result = "";
    for (const { segment } of graphemes.segment(text)) {
      const bytesOfSegment = Buffer.from(segment);
      const whole = bytesOfSegment.length < LONGEST_WHOLE ? mapped(bytesOfSegment) : undefined;
      if (whole !== undefined) result += whole;
      else for (const character of segment) result += mapped(Buffer.from(character)) ?? character;
    }
    return result;
  };
}

interface NormalizerPart {
  config?: { type?: string; precompiled_charsmap?: string };
  normalizers?: NormalizerPart[];
  normalize(text: string): string;
}

/** Gives a loaded tokenizer the exact map in place of the NFKC stand-in; others are left as they are. */
export function exactPrecompiled(tokenizer: PreTrainedTokenizer): void {
  const visit = (part: NormalizerPart | null | undefined): void => {
    if (!part) return;
    part.normalizers?.forEach(visit);
    const { type, precompiled_charsmap: charsmap } = part.config ?? {};
    if (type === "Precompiled" && charsmap) part.normalize = precompiledNormalizer(charsmap);
  };
  visit(
    (tokenizer as unknown as { _tokenizer?: { normalizer?: NormalizerPart | null } })._tokenizer?.normalizer,
  );
}
