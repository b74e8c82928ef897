// The table of systems as rows for display: the report's columns, kept facts, and 95 % intervals.
import type { SystemResult, TestSet } from "../results/scores";

const points = (value: number): string => value.toFixed(3);

/** One row a system for a test set; ROUGE over whitespace words and over the default tokenizer. */
export function scoreTable(systems: readonly SystemResult[], testSet: TestSet): Record<string, string>[] {
  return systems.map((system) => {
    const set = system.scores[testSet];
    const interval = system.interval95[testSet]["rouge1.whitespace"];
    return {
      시스템: system.system,
      "ROUGE-1": points(set.rouge.whitespace!.rouge1.f),
      "95 %": interval ? `${points(interval[0])}–${points(interval[1])}` : "",
      "ROUGE-2": points(set.rouge.whitespace!.rouge2.f),
      "ROUGE-Lsum": points(set.rouge.whitespace!.rougeLsum.f),
      "ROUGE-1 (기본)": points(set.rouge.default!.rouge1.f),
      "BERTScore P": points(set.bertscore.precision),
      R: points(set.bertscore.recall),
      F1: points(set.bertscore.f),
      "사실 보존": points(set.keptFacts),
      지어냄: points(set.inventedFacts),
      글자: set.meanCharacters.toFixed(0),
    };
  });
}
