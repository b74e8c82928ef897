// What a language calls the things that tables and findings hold under keys.
import type { Language } from "../base/language";
import { testSetName } from "../figures/labels";
import { indexName } from "../figures/retrieval";
import { systemName } from "../figures/systems";
import { metricOf } from "../metrics/registry";
import { tokenizerName } from "../metrics/rouge/names";
import type { TestSet } from "../results/scores";
import { type SystemId, systemsOf } from "../results/systems";

export interface Names {
  system(id: SystemId): string;
  testSet(testSet: TestSet): string;
  tokenizer(key: string): string;
  /** What was embedded for the search. */
  index(key: string): string;
  /** "rouge1.whitespace" -> "ROUGE-1(공백)" or "ROUGE-1 (whitespace)". */
  metric(id: string): string;
}

/** The systems of the studies that come with the project, until names are those of the run. */
const SYSTEMS = systemsOf({
  recipes: {
    untuned: { label: { ko: "미조정 학생", en: "untuned student" }, base: "student", tune: "none" },
    "lora-student": { label: { ko: "LoRA 학생", en: "LoRA student" }, base: "student", tune: "lora" },
    "full-student": {
      label: { ko: "CE 전체 미세조정 학생", en: "full fine-tuned student (CE only)" },
      ...{ base: "student", tune: "full" },
    },
    distilled: {
      label: { ko: "증류 학생", en: "distilled student" },
      ...{ base: "student", tune: "full", teacher: { recipe: "lora-teacher" } },
    },
    "lora-teacher": { label: { ko: "LoRA 교사", en: "LoRA teacher" }, base: "teacher", tune: "lora" },
  },
});

/** The names of a language. */
export function namesIn(language: Language): Names {
  return {
    system: (id) => systemName(id, SYSTEMS, language),
    testSet: (testSet) => testSetName(testSet, language),
    tokenizer: (key) => tokenizerName(key, language),
    index: (key) => indexName(key, SYSTEMS, language),
    metric: (id) => metricOf(id).label[language],
  };
}
