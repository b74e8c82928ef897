// The UTF-8 bytes that each token stands for, whatever way its vocabulary spells them.
import { fromByteLetters } from "./byte-letters";
import type { Spelling } from "./spelling";

/** How byte fallback names a byte, as SentencePiece does. */
const FALLBACK = /^<0x([0-9A-F]{2})>$/;

/** The bytes of one token. Throws for an id outside the vocabulary. */
export function tokenBytes({ spellings, byteLevel }: Spelling, id: number, folder: string): Uint8Array {
  const token = spellings[id];
  if (token === undefined) throw new Error(`Id ${id} is outside the vocabulary of ${folder}.`);
  if (byteLevel) return fromByteLetters(token) ?? Buffer.from(token);
  const byte = FALLBACK.exec(token)?.[1];
  return byte === undefined
    ? Buffer.from(token.replaceAll("▁", " "))
    : Uint8Array.of(Number.parseInt(byte, 16));
}

/**
 * The bytes of a text's tokens, which together are the text. A space that a tokenizer puts before every text is left out. Throws where
 * they are not the text: it was normalised, or lost what the vocabulary cannot spell.
 */
export function textBytes(tokens: readonly Uint8Array[], text: string): Uint8Array[] {
  const wanted = Buffer.from(text);
  const found = Buffer.concat(tokens);
  if (found.equals(wanted)) return [...tokens];
  const [first, ...rest] = tokens;
  if (first?.[0] === 0x20 && found.subarray(1).equals(wanted)) return [first.subarray(1), ...rest];
  throw new Error(
    `The tokens spell ${JSON.stringify(found.toString().slice(0, 40))}, the text is ${JSON.stringify(text.slice(0, 40))}: a tokenizer that changes texts cannot be aligned by bytes.`,
  );
}
