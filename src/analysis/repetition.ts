// How much a system repeats itself and how many sentences it writes, split by wink-nlp.
import { sentencesOf } from "../metrics/rouge/sentences";
import type { Repetition } from "../results/audit";

/** Counts over texts. Throws on none. */
export function repetition(texts: readonly string[]): Repetition {
  if (texts.length === 0) throw new Error("Repetition: expected texts, found none.");
  const sentences = texts.map(sentencesOf);
  const stutters = (text: string) => {
    const words = text.split(/\s+/);
    return words.some((word, i) => word !== "" && word === words[i + 1] && word === words[i + 2]);
  };
  return {
    sentences: sentences.reduce((sum, s) => sum + s.length, 0) / texts.length,
    repeatedSentence: sentences.filter((s) => new Set(s).size < s.length).length,
    stutter: texts.filter(stutters).length,
    empty: texts.filter((text) => text.trim() === "").length,
  };
}
