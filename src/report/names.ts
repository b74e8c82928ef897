// What a language calls the things that tables and findings hold under keys.
import { type Language, systemName, testSetName, tokenizerName } from "../figures/labels";
import { indexName } from "../figures/retrieval";
import type { TestSet } from "../results/scores";
import type { SystemId } from "../results/system-id";
import { splitMetric } from "./findings";

export interface Names {
  system(id: SystemId): string;
  testSet(testSet: TestSet): string;
  tokenizer(key: string): string;
  /** What was embedded for the search. */
  index(key: string): string;
  /** "rouge1.whitespace" -> "ROUGE-1(공백)" or "ROUGE-1 (whitespace)". */
  metric(metric: string): string;
}

export const ROUGE_NAMES: Record<string, string> = {
  rouge1: "ROUGE-1",
  rouge2: "ROUGE-2",
  rougeL: "ROUGE-L",
  rougeLsum: "ROUGE-Lsum",
};

/** The names of a language; `facts` are its words for kept and invented facts, `inBrackets` joins a metric and its tokenizer. */
export function namesIn(
  language: Language,
  facts: { keptFacts: string; inventedFacts: string },
  inBrackets: (metric: string, tokenizer: string) => string,
): Names {
  return {
    system: (id) => systemName(id, language),
    testSet: (testSet) => testSetName(testSet, language),
    tokenizer: (key) => tokenizerName(key, language),
    index: (key) => indexName(key, language),
    metric(metric) {
      if (metric === "keptFacts" || metric === "inventedFacts") return facts[metric];
      const [family, detail] = splitMetric(metric);
      if (family === "bertscore") return `BERTScore ${{ precision: "P", recall: "R" }[detail] ?? "F1"}`;
      return inBrackets(ROUGE_NAMES[family] ?? family, tokenizerName(detail, language));
    },
  };
}
