// How much a system repeats itself and how many sentences it writes, split by wink-nlp.
import { sentencesOf } from "./sentences";

/** Means over texts: sentences a text; counts of texts that repeat a sentence or say a word three times running. */
export function repetition(texts: readonly string[]): {
  "문장/글": string;
  "문장을 되풀이한 글": number;
  "같은 낱말이 셋 이어진 글": number;
  "빈 글": number;
} {
  const sentences = texts.map(sentencesOf);
  const stutters = (text: string) => {
    const words = text.split(/\s+/);
    return words.some((word, i) => word !== "" && word === words[i + 1] && word === words[i + 2]);
  };
  return {
    "문장/글": (sentences.reduce((sum, s) => sum + s.length, 0) / texts.length).toFixed(2),
    "문장을 되풀이한 글": sentences.filter((s) => new Set(s).size < s.length).length,
    "같은 낱말이 셋 이어진 글": texts.filter(stutters).length,
    "빈 글": texts.filter((text) => text.trim() === "").length,
  };
}
