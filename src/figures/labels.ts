// Names shown in figures and tables for what the result tables hold under short keys, and text from data made safe for Plotly.
import type { Language } from "../base/language";
import type { TestSet } from "../results/scores";
import type { System, SystemId } from "../results/systems";
import { systemName } from "./systems";

const TEST_SETS: Record<Language, Record<TestSet, string>> = {
  ko: { "in-domain": "같은 분야", other: "다른 분야", all: "전체" },
  en: { "in-domain": "in-domain", other: "other topics", all: "all" },
};

export const testSetName = (testSet: TestSet, language: Language = "ko"): string =>
  TEST_SETS[language][testSet];

/** Letters of Latin width that a line of an axis holds; Hangul takes two. */
const LINE = 20;

/** A system's name as an axis shows it: in two lines where it is long, broken at the space nearest to its middle. */
export function systemLabel(id: SystemId, systems: readonly System[], language: Language = "ko"): string {
  const name = systemName(id, systems, language);
  const width = [...name].reduce((sum, letter) => sum + (/[\u1100-\uffdc]/.test(letter) ? 2 : 1), 0);
  const spaces = [...name.matchAll(/ /g)].map(({ index }) => index!);
  if (width <= LINE || spaces.length === 0) return plotlyText(name);
  const middle = (name.length - 1) / 2;
  const at = spaces.reduce((best, space) =>
    Math.abs(space - middle) < Math.abs(best - middle) ? space : best,
  );
  return `${plotlyText(name.slice(0, at))}<br>${plotlyText(name.slice(at + 1))}`;
}

/** Text that Plotly shows as it stands: Plotly reads tags and entities in labels. */
export function plotlyText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** A title at the top edge of the figure, clear of the legend below it. */
export function figureTitle(text: string): object {
  return { text, yref: "container", y: 0.965, yanchor: "top" };
}
