// Text to ids and back without any chat template.
import { printableToken } from "./spelling";
import { tokenBytes } from "./token-bytes";
import type { TokenizerFolder } from "./tokenizer-folder";

export interface TextTokenizer {
  folder: string;
  readonly hash: string;
  vocabSize: number;
  padId: number;
  /** Ids without special tokens; control tokens spelt out in the text stay text. */
  encode(text: string): number[];
  /** Text of ids, special tokens skipped, spaces left as they are. */
  decode(ids: readonly number[]): string;
  /** Printable pieces, one an id; bytes that are no whole character show as <0xEC>. */
  tokens(ids: readonly number[]): string[];
  /** The UTF-8 bytes of each token. */
  bytes(ids: readonly number[]): Uint8Array[];
}

/** The text tokenizer of an opened folder. */
export function textTokenizer(opened: TokenizerFolder): TextTokenizer {
  const { full, spelling, encodePlain } = opened;
  return {
    folder: opened.source.place,
    get hash() {
      return opened.hash;
    },
    vocabSize: spelling.spellings.length,
    padId: full.pad_token_id ?? full.eos_token_id ?? 0,
    encode: encodePlain,
    decode: (ids) => opened.decode(ids),
    tokens: (ids) => ids.map((id) => printableToken(spelling, id, opened.source.place)),
    bytes: (ids) => ids.map((id) => tokenBytes(spelling, id, opened.source.place)),
  };
}
