// What a language calls the things that tables and findings hold under keys.
import type { Language } from "../base/language";
import { systemName, testSetName } from "../figures/labels";
import { indexName } from "../figures/retrieval";
import { metricOf } from "../metrics/registry";
import { tokenizerName } from "../metrics/rouge/names";
import type { TestSet } from "../results/scores";
import type { SystemId } from "../results/system-id";

export interface Names {
  system(id: SystemId): string;
  testSet(testSet: TestSet): string;
  tokenizer(key: string): string;
  /** What was embedded for the search. */
  index(key: string): string;
  /** "rouge1.whitespace" -> "ROUGE-1(공백)" or "ROUGE-1 (whitespace)". */
  metric(id: string): string;
}

/** The names of a language. */
export function namesIn(language: Language): Names {
  return {
    system: (id) => systemName(id, language),
    testSet: (testSet) => testSetName(testSet, language),
    tokenizer: (key) => tokenizerName(key, language),
    index: (key) => indexName(key, language),
    metric: (id) => metricOf(id).label[language],
  };
}
