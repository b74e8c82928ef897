// How each system looks in every figure: name, colour (Okabe-Ito), marker and dash, so that grey print stays readable.
import type { SystemId } from "../results/system-id";

export interface SystemStyle {
  name: string;
  english: string;
  color: string;
  symbol: string;
  dash: string;
}

export const SYSTEM_ORDER: SystemId[] = [
  "untuned",
  "lora-student",
  "full-student",
  "distilled",
  "lora-teacher",
];

export const SYSTEM_STYLES: Record<SystemId, SystemStyle> = {
  untuned: { name: "미조정 학생", english: "untuned student", color: "#7f7f7f", symbol: "x", dash: "dot" },
  "lora-student": {
    name: "LoRA 학생",
    english: "LoRA student",
    color: "#56B4E9",
    symbol: "triangle-up",
    dash: "dash",
  },
  "full-student": {
    name: "CE 전체 미세조정 학생",
    english: "full fine-tuned student (CE only)",
    color: "#E69F00",
    symbol: "square",
    dash: "dashdot",
  },
  distilled: {
    name: "증류 학생",
    english: "distilled student",
    color: "#D55E00",
    symbol: "circle",
    dash: "solid",
  },
  "lora-teacher": {
    name: "LoRA 교사",
    english: "LoRA teacher",
    color: "#0072B2",
    symbol: "diamond",
    // Two strokes in the legend; Plotly's "longdash" shows one and a gap there.
    dash: "12px,4px",
  },
};

/** Sorts rows of systems in the order of every figure and table; rows of unknown systems are left out. */
export function inSystemOrder<T extends { system: SystemId }>(rows: T[]): T[] {
  return SYSTEM_ORDER.flatMap((id) => rows.filter((row) => row.system === id));
}
