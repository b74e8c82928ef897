// Texts for the metric rows: the study's 206 test summaries, and for each one as a system would write it, words lost and swapped.

import { Random } from "../../base/random";
import { studyCorpus } from "../../corpus/corpus";

export interface TextPairs {
  references: string[];
  predictions: string[];
}

/** The same texts on every run. */
export function testSummaries(): TextPairs {
  const random = new Random(7);
  const references = studyCorpus()
    .filter(({ split }) => split.startsWith("test-"))
    .map(({ summary }) => summary);
  const predictions = references.map((text, i) => {
    const foreign = references[(i + 1) % references.length]!.split(" ");
    const words = text.split(" ").flatMap((word) => {
      const chance = random.next();
      if (chance < 0.15) return [];
      return [chance < 0.35 ? foreign[random.integer(0, foreign.length - 1)]! : word];
    });
    return words.join(" ") || text;
  });
  return { references, predictions };
}
