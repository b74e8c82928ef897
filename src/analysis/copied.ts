// How much of a summary is copied: the longest spans of words that stand in the document too.
// Grusky, Naaman & Artzi, "Newsroom" (2018): extractive fragments, coverage.
import { unicodeWordTokenizer } from "../metrics/rouge/tokenizers";
import type { Copied } from "../results/audit";

/** Lengths of the copied spans, greedily from the left, each the longest that begins there. */
function fragments(summary: readonly string[], document: readonly string[]): number[] {
  const places = new Map<string, number[]>();
  document.forEach((word, i) => {
    places.set(word, [...(places.get(word) ?? []), i]);
  });
  const found: number[] = [];
  for (let i = 0; i < summary.length; ) {
    let longest = 0;
    for (const place of places.get(summary[i]!) ?? []) {
      let length = 1;
      while (i + length < summary.length && summary[i + length] === document[place + length]) length++;
      longest = Math.max(longest, length);
    }
    if (longest > 0) found.push(longest);
    i += Math.max(1, longest);
  }
  return found;
}

/** What of a summary is copied from its document. */
export function copied(summary: string, document: string): Copied {
  const words = unicodeWordTokenizer.tokenize(summary);
  const source = unicodeWordTokenizer.tokenize(document);
  const spans = fragments(words, source);
  const trigramsOf = (list: readonly string[]) => list.slice(2).map((_, i) => list.slice(i, i + 3).join(" "));
  const known = new Set(trigramsOf(source));
  const own = trigramsOf(words);
  return {
    words: words.length,
    coverage: words.length > 0 ? spans.reduce((sum, length) => sum + length, 0) / words.length : undefined,
    longest: Math.max(0, ...spans),
    trigrams: own.length > 0 ? own.filter((gram) => known.has(gram)).length / own.length : undefined,
  };
}
