// Trains BPE vocabularies and lays them out as Hugging Face tokenizer.json models.
import { BYTE_LETTERS, fallbackName, toByteLetters } from "./byte-letters";
import { type CountedWord, learnMerges, type Merge } from "./pair-merges";

export interface BpeModel {
  /** Token -> id. */
  vocab: Record<string, number>;
  merges: [string, string][];
}

/** The words of all texts with their counts, in the order of first sight. */
export function countWords(texts: Iterable<string>, split: (text: string) => string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of split(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** Ids in the order of the list; a token that comes again keeps its first id. */
const numbered = (tokens: readonly string[]): Record<string, number> =>
  Object.fromEntries([...new Set(tokens)].map((token, id) => [token, id]));

const layOut = (symbols: readonly string[], merges: readonly Merge[]): BpeModel => {
  const vocab = numbered([...symbols, ...merges.map(({ left, right }) => left + right)]);
  return { vocab, merges: merges.map(({ left, right }) => [left, right]) };
};

/**
 * A BPE model over characters with byte fallback (SentencePiece as Gemma and Llama 2 use it): special tokens, 256 byte
 * tokens, every character seen in code point order, then merges, `vocabSize` entries in all.
 */
export function trainCharacterBpe(
  words: ReadonlyMap<string, number>,
  specials: readonly string[],
  vocabSize: number,
): BpeModel {
  const counted: CountedWord[] = [...words].map(([word, count]) => ({ symbols: [...word], count }));
  const characters = [...new Set(counted.flatMap(({ symbols }) => symbols))].sort(
    (a, b) => a.codePointAt(0)! - b.codePointAt(0)!,
  );
  const bytes = Array.from({ length: 256 }, (_, byte) => fallbackName(byte));
  const start = [...specials, ...bytes, ...characters];
  return layOut(start, learnMerges(counted, characters, remaining(vocabSize, start.length)));
}

/** A byte-level BPE model (GPT-2, Qwen, Llama 3): 256 byte letters, then merges; special tokens are no part of it. */
export function trainByteLevelBpe(words: ReadonlyMap<string, number>, vocabSize: number): BpeModel {
  const counted: CountedWord[] = [...words].map(([word, count]) => ({ symbols: toByteLetters(word), count }));
  const letters = [...BYTE_LETTERS].sort();
  return layOut(letters, learnMerges(counted, letters, remaining(vocabSize, letters.length)));
}

/** A cased WordPiece vocabulary, grown by pair merges as Hugging Face's trainer does; `##` marks a piece inside a word. */
export function trainWordPiece(
  words: ReadonlyMap<string, number>,
  specials: readonly string[],
  vocabSize: number,
): Record<string, number> {
  const counted: CountedWord[] = [...words].map(([word, count]) => ({
    symbols: [...word].map((letter, i) => (i === 0 ? letter : `##${letter}`)),
    count,
  }));
  // Every character gets both forms, so that a known character never makes its word unknown.
  const letters = [...new Set([...words.keys()].flatMap((word) => [...word]))].sort();
  const alphabet = letters.flatMap((letter) => [letter, `##${letter}`]);
  const join = (left: string, right: string) => left + right.replace(/^##/, "");
  const start = [...specials, ...alphabet];
  const merges = learnMerges(counted, alphabet, remaining(vocabSize, start.length), join);
  return numbered([...start, ...merges.map(({ left, right }) => join(left, right))]);
}

function remaining(vocabSize: number, fixed: number): number {
  if (fixed > vocabSize) {
    throw new Error(
      `A vocabulary of ${vocabSize} cannot hold ${fixed} special tokens, bytes and characters: make it larger.`,
    );
  }
  return vocabSize - fixed;
}
