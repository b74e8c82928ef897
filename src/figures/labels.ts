// Names shown in figures and tables for what the result tables hold under short keys, and text from data made safe for Plotly.
import type { Language } from "../base/language";
import type { TestSet } from "../results/scores";
import type { SystemId } from "../results/system-id";
import { SYSTEM_STYLES } from "./systems";

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
