// What ROUGE's types and tokenizers are called.
import type { Language } from "../../base/language";
import type { RougeType, Scores } from "../../results/scores";

export const ROUGE_NAMES: Record<RougeType, string> = {
  rouge1: "ROUGE-1",
  rouge2: "ROUGE-2",
  rougeL: "ROUGE-L",
  rougeLsum: "ROUGE-Lsum",
};

const TOKENIZER_NAMES: Record<string, Record<Language, string>> = {
  whitespace: { ko: "공백", en: "whitespace" },
  default: { ko: "기본", en: "default" },
  "default+stem": { ko: "기본+어간", en: "default, stemmed" },
  unicode_word: { ko: "유니코드 낱말", en: "Unicode words" },
  character: { ko: "글자", en: "characters" },
  eojeol: { ko: "어절", en: "eojeol" },
  korouge: { ko: "korouge", en: "korouge" },
  mecab: { ko: "Mecab", en: "Mecab" },
  morpheme: { ko: "형태소", en: "morphemes" },
};

/** The tokenizers by which scores have ROUGE-1, in their order. */
export const tokenizersIn = (scores: Scores): string[] =>
  Object.keys(scores).flatMap((id) => /^rouge1\.(.+)$/.exec(id)?.[1] ?? []);

const SUBWORD = "subword:";

/** The name of a tokenizer, or its key where there is none. */
export function tokenizerName(key: string, language: Language = "ko"): string {
  if (key.startsWith(SUBWORD)) {
    return `${{ ko: "부분 단어", en: "subwords" }[language]} ${key.slice(SUBWORD.length)}`;
  }
  return TOKENIZER_NAMES[key]?.[language] ?? key;
}
