// Numbers as the report shows them: rounded once, no negative zero, thousands apart, percent and percent points told apart.
import type { Cell } from "./document";

const MINUS = "\u2212";

/** `value` with `digits` decimals; a value that rounds to zero has no sign. */
export function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return "–";
  const text = Math.abs(value).toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return value < 0 && /[1-9]/.test(text) ? `${MINUS}${text}` : text;
}

/** As `fixed`, with a plus sign before positive values. */
export function signed(value: number, digits: number): string {
  const text = fixed(value, digits);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** A share of 1 as percent: 0.365 -> "36.5%". */
export function percent(share: number, digits = 1): string {
  return Number.isFinite(share) ? `${fixed(share * 100, digits)}%` : "–";
}

/** A p value: "p < 0.001" or "p = 0.041". */
export function pValue(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${fixed(p, 3)}`;
}

/** Bytes in decimal units. */
export function bytes(count: number): string {
  if (count >= 1e9) return `${fixed(count / 1e9, 2)} GB`;
  return count >= 1e6 ? `${fixed(count / 1e6, 1)} MB` : `${fixed(count / 1e3, 1)} kB`;
}

/** Seconds as a person says them: "37.2초", "12분 5초". */
export function seconds(count: number): string {
  if (count < 60) return `${fixed(count, 1)}초`;
  const whole = Math.round(count);
  return `${fixed(Math.floor(whole / 60), 0)}분 ${whole % 60}초`;
}

/** A score cell with four decimals as in the published table; "–" where there is none. */
export function scoreCell(value: number | undefined): Cell {
  return value === undefined || !Number.isFinite(value) ? "–" : { text: fixed(value, 4), value };
}

/** A share cell in percent; the CSV keeps the share. */
export function shareCell(value: number | undefined): Cell {
  return value === undefined || !Number.isFinite(value) ? "–" : { text: percent(value), value };
}

/** A whole-number cell. */
export function countCell(value: number): Cell {
  return { text: fixed(value, 0), value };
}
