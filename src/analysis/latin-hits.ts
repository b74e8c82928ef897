// On what letters a ROUGE-1 score rests: how many of the tokens that summary and reference share have no Hangul at all.
import type { RougeTokenizer } from "../metrics/rouge/tokenizers";
import type { LatinHits } from "../results/audit";

const LATIN_LETTER_OR_DIGIT = /[A-Za-z0-9]/;
const OTHER_LETTER = /(?![A-Za-z])\p{L}/u;
const isLatin = (token: string) => LATIN_LETTER_OR_DIGIT.test(token) && !OTHER_LETTER.test(token);

/** Counts shared tokens, each as often as both texts have it. The tokens must be text (a subword's id is none). */
export function latinHits(
  references: readonly string[],
  predictions: readonly string[],
  tokenizer: RougeTokenizer,
): LatinHits {
  const result: LatinHits = { items: references.length, withHits: 0, latinOnly: 0, hits: 0, latinHits: 0 };
  references.forEach((reference, i) => {
    const left = new Map<string, number>();
    for (const token of tokenizer.tokenize(reference)) left.set(token, (left.get(token) ?? 0) + 1);
    let [hits, latin] = [0, 0];
    for (const token of tokenizer.tokenize(predictions[i]!)) {
      const count = left.get(token) ?? 0;
      if (count === 0) continue;
      left.set(token, count - 1);
      hits++;
      if (isLatin(token)) latin++;
    }
    result.hits += hits;
    result.latinHits += latin;
    if (hits > 0) result.withHits++;
    if (hits > 0 && latin === hits) result.latinOnly++;
  });
  return result;
}
