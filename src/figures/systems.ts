// How each system looks in every figure: name, colour (Okabe-Ito), marker and dash, so that grey print stays readable.
import type { Language } from "../base/language";
import type { Role, System, SystemId } from "../results/systems";

export interface SystemStyle {
  color: string;
  symbol: string;
  dash: string;
}

const OF_ROLE: Record<Role, SystemStyle> = {
  untuned: { color: "#7f7f7f", symbol: "x", dash: "dot" },
  lora: { color: "#56B4E9", symbol: "triangle-up", dash: "dash" },
  control: { color: "#E69F00", symbol: "square", dash: "dashdot" },
  distilled: { color: "#D55E00", symbol: "circle", dash: "solid" },
  // Two strokes in the legend; Plotly's "longdash" shows one and a gap there.
  teacher: { color: "#0072B2", symbol: "diamond", dash: "12px,4px" },
};

/** In turn, of systems whose role an earlier one has. */
const OTHERS: readonly SystemStyle[] = [
  { color: "#009E73", symbol: "star", dash: "solid" },
  { color: "#CC79A7", symbol: "triangle-down", dash: "dash" },
  { color: "#000000", symbol: "cross", dash: "dot" },
  { color: "#B8A800", symbol: "pentagon", dash: "dashdot" },
  { color: "#8C564B", symbol: "hexagon", dash: "12px,4px" },
];

/** The look of each system by its id: the first of a role has the role's. */
export function stylesOf(systems: readonly System[]): Record<SystemId, SystemStyle> {
  const seen = new Set<Role>();
  let others = 0;
  return Object.fromEntries(
    systems.map(({ id, role }) => {
      if (seen.has(role)) return [id, OTHERS[others++ % OTHERS.length]!];
      seen.add(role);
      return [id, OF_ROLE[role]];
    }),
  );
}

/** A system's name, or its id where it is none of these. */
export const systemName = (id: SystemId, systems: readonly System[], language: Language = "ko"): string =>
  systems.find((system) => system.id === id)?.label[language] ?? id;

const COUNTS: Record<Language, readonly string[]> = {
  ko: ["", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열"],
  en: ["", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
};

/** "다섯 시스템", "five systems", "12개 시스템", "one system". */
export function countedSystems(count: number, language: Language = "ko"): string {
  const word = COUNTS[language][count] || undefined;
  if (language === "ko") return `${word ?? `${count}개`} 시스템`;
  return `${word ?? count} ${count === 1 ? "system" : "systems"}`;
}
