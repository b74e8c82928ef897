// How a vocabulary spells its tokens, and the same for people to read.
import { fromByteLetters } from "./byte-letters";

export interface VocabularyJson {
  added_tokens?: readonly { id: number; content: string }[];
  model: { vocab: Record<string, number> | [string, number][] };
  decoder?: unknown;
}

export interface Spelling {
  /** Id -> token as the vocabulary spells it. */
  spellings: readonly string[];
  /** Whether the vocabulary spells bytes as letters (GPT-2's table). */
  byteLevel: boolean;
}

/** Whether a decoder of tokenizer.json reads bytes out of letters. */
export const decodesBytes = (decoder: unknown): boolean =>
  JSON.stringify(decoder ?? null).includes('"ByteLevel"');

/** The spelling of a tokenizer.json. */
export function spellingOf({ added_tokens: added = [], model, decoder }: VocabularyJson): Spelling {
  const spellings: string[] = [];
  if (Array.isArray(model.vocab)) for (const [id, [token]] of model.vocab.entries()) spellings[id] = token;
  else for (const [token, id] of Object.entries(model.vocab)) spellings[id] = token;
  for (const token of added) spellings[token.id] = token.content;
  return { spellings, byteLevel: decodesBytes(decoder) };
}

/** A token for people to read; bytes that are no whole character show as <0xEC>. Throws for an id outside the vocabulary. */
export function printableToken({ spellings, byteLevel }: Spelling, id: number, folder: string): string {
  const token = spellings[id];
  if (token === undefined) throw new Error(`Id ${id} is outside the vocabulary of ${folder}.`);
  if (!byteLevel) return token.replaceAll("▁", " ");
  const bytes = fromByteLetters(token);
  if (bytes === undefined) return token;
  const text = bytes.toString("utf8");
  return text.includes("\ufffd")
    ? [...bytes].map((byte) => `<0x${byte.toString(16).toUpperCase()}>`).join("")
    : text;
}
