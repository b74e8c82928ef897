// Names shown in figures and tables for what the result tables hold under short keys, and text from data made safe for Plotly.
import type { TestSet } from "../results/scores";
import type { SystemId } from "../results/system-id";
import { SYSTEM_STYLES } from "./systems";

/** Languages of figures and report. */
export type Language = "ko" | "en";

const TOKENIZER_NAMES: Record<string, Record<Language, string>> = {
  whitespace: { ko: "공백", en: "whitespace" },
  default: { ko: "기본", en: "default" },
  "default+stem": { ko: "기본+어간", en: "default, stemmed" },
  unicode_word: { ko: "유니코드 낱말", en: "Unicode words" },
  character: { ko: "글자", en: "characters" },
  eojeol: { ko: "어절", en: "eojeol" },
  morpheme: { ko: "형태소", en: "morphemes" },
};

const SUBWORD = "subword:";

/** The name of a ROUGE tokenizer, or its key where there is none. */
export function tokenizerName(key: string, language: Language = "ko"): string {
  if (key.startsWith(SUBWORD)) {
    return `${{ ko: "부분 단어", en: "subwords" }[language]} ${key.slice(SUBWORD.length)}`;
  }
  return TOKENIZER_NAMES[key]?.[language] ?? key;
}

const TEST_SETS: Record<Language, Record<TestSet, string>> = {
  ko: { "in-domain": "같은 분야", other: "다른 분야", all: "전체" },
  en: { "in-domain": "in-domain", other: "other topics", all: "all" },
};

export const testSetName = (testSet: TestSet, language: Language = "ko"): string =>
  TEST_SETS[language][testSet];

export const systemName = (system: SystemId, language: Language = "ko"): string =>
  language === "ko" ? SYSTEM_STYLES[system].name : SYSTEM_STYLES[system].english;

/** A system's name in two lines where it is long, for an axis. */
export const systemLabel = (system: SystemId, language: Language = "ko"): string =>
  systemName(system, language)
    .replace("CE 전체 미세조정 학생", "CE 전체<br>미세조정 학생")
    .replace("full fine-tuned student (CE only)", "full fine-tuned<br>student (CE only)");

/** Text that Plotly shows as it stands: Plotly reads tags and entities in labels. */
export function plotlyText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** A title at the top edge of the figure, clear of the legend below it. */
export function figureTitle(text: string): object {
  return { text, yref: "container", y: 0.965, yanchor: "top" };
}
