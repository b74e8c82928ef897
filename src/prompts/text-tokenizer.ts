// Text to ids and back without any chat template: what encoders and the checks of a tokenizer need.
import { fromByteLetters } from "./byte-letters";
import { openTokenizerFolder, type TokenizerFolder } from "./tokenizer-folder";

export interface TextTokenizer {
  folder: string;
  hash: string;
  vocabSize: number;
  padId: number;
  /** Ids without special tokens; control tokens spelt out in the text stay text. */
  encode(text: string): number[];
  /** Ids as an encoder wants them, e.g. [CLS] … [SEP], the text cut so that `maxLength` ids result at most. */
  encodeForEncoder(text: string, maxLength?: number): number[];
  /** Text of ids, special tokens skipped, spaces left as they are. */
  decode(ids: readonly number[]): string;
  /** Printable pieces, one an id; bytes that are no whole character show as <0xEC>. */
  tokens(ids: readonly number[]): string[];
}

/** The text tokenizer of an opened folder. */
export function textTokenizer(opened: TokenizerFolder): TextTokenizer {
  const { full, spellings, byteLevel, encodePlain } = opened;
  // The ids around a text are read off a probe with and without special tokens.
  const probe = encodePlain("가");
  const wrapped = [...full.encode("가")];
  const at = wrapped.findIndex((_, i) => probe.every((id, k) => wrapped[i + k] === id));
  const before = wrapped.slice(0, at);
  const after = wrapped.slice(at + probe.length);
  const printable = (id: number): string => {
    const token = spellings[id];
    if (token === undefined) throw new Error(`Id ${id} is outside the vocabulary of ${opened.folder}.`);
    if (!byteLevel) return token.replaceAll("▁", " ");
    const bytes = fromByteLetters(token);
    if (bytes === undefined) return token;
    const text = bytes.toString("utf8");
    return text.includes("\ufffd")
      ? [...bytes].map((byte) => `<0x${byte.toString(16).toUpperCase()}>`).join("")
      : text;
  };
  return {
    folder: opened.folder,
    hash: opened.hash,
    vocabSize: spellings.length,
    padId: full.pad_token_id ?? full.eos_token_id ?? 0,
    encode: encodePlain,
    encodeForEncoder: (text, maxLength = Number.POSITIVE_INFINITY) => [
      ...before,
      ...encodePlain(text).slice(0, Math.max(0, maxLength - before.length - after.length)),
      ...after,
    ],
    decode: (ids) => opened.decode(ids),
    tokens: (ids) => ids.map(printable),
  };
}

/** Loads the tokenizer of an encoder or of any model folder, without its chat template. */
export async function loadTextTokenizer(folder: string): Promise<TextTokenizer> {
  return textTokenizer(await openTokenizerFolder(folder));
}
