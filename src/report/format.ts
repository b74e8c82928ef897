// Numbers as the report shows them: rounded once, no negative zero, thousands apart, percent and percent points told apart.
// A number whose origin is known (a Quantity) is shown with it.
import type { Metric } from "../metrics/metric";
import type { Cell } from "./document";
import { type Amount, amountOf, shown } from "./quantity";

const MINUS = "\u2212";

/** `value` with `digits` decimals; a value that rounds to zero has no sign. */
export function fixed(amount: Amount, digits: number): string {
  return shown(amount, plainFixed(amountOf(amount), digits));
}

function plainFixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return "–";
  const text = Math.abs(value).toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return value < 0 && /[1-9]/.test(text) ? `${MINUS}${text}` : text;
}

/** As `fixed`, with a plus sign before positive values. */
export function signed(amount: Amount, digits: number): string {
  return shown(amount, plainSigned(amountOf(amount), digits));
}

function plainSigned(value: number, digits: number): string {
  const text = plainFixed(value, digits);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** A share of 1 as percent: 0.365 -> "36.5%". */
export function percent(amount: Amount, digits = 1): string {
  const share = amountOf(amount);
  return shown(amount, Number.isFinite(share) ? `${plainFixed(share * 100, digits)}%` : "–");
}

/** A share of 1 in percent without the sign, for where the sign stands in the heading; with a plus sign if asked. */
export function hundredfold(amount: Amount, digits: number, plus = false): string {
  const value = amountOf(amount) * 100;
  return shown(amount, plus ? plainSigned(value, digits) : plainFixed(value, digits));
}

/** A p value: "p < 0.001" or "p = 0.041". */
export function pValue(amount: Amount): string {
  const p = amountOf(amount);
  return p < 0.001 ? `p ${shown(amount, "< 0.001")}` : `p = ${fixed(amount, 3)}`;
}

/** Bytes in decimal units. */
export function bytes(amount: Amount): string {
  const count = amountOf(amount);
  const text =
    count >= 1e9
      ? `${plainFixed(count / 1e9, 2)} GB`
      : count >= 1e6
        ? `${plainFixed(count / 1e6, 1)} MB`
        : `${plainFixed(count / 1e3, 1)} kB`;
  return shown(amount, text);
}

/** Words for a time: seconds alone, and minutes with seconds. */
export interface TimeWords {
  seconds(count: string): string;
  minutes(minutes: string, seconds: string): string;
}

/** Times in Korean. */
export const KOREAN_TIME: TimeWords = {
  seconds: (count) => `${count}초`,
  minutes: (minutes, rest) => `${minutes}분 ${rest}초`,
};

/** Seconds as a person says them: "37.2초", "12분 5초". */
export function seconds(amount: Amount, words = KOREAN_TIME): string {
  const count = amountOf(amount);
  if (count < 60) return shown(amount, words.seconds(plainFixed(count, 1)));
  const whole = Math.round(count);
  return shown(amount, words.minutes(plainFixed(Math.floor(whole / 60), 0), String(whole % 60)));
}

/** A metric's value in its own unit: scores with three decimals, shares in percent. */
export function metricText({ unit }: Metric, amount: Amount): string {
  if (unit === "share") return percent(amount);
  return fixed(amount, { score: 3, characters: 1, count: 0 }[unit]);
}

/** A metric's value with its 95 % interval, as far as they are known. */
export function withInterval(
  metric: Metric,
  value: Amount | undefined,
  low: Amount | undefined,
  high: Amount | undefined,
): string {
  if (value === undefined) return "–";
  const range = low && high ? ` [${metricText(metric, low)}, ${metricText(metric, high)}]` : "";
  return `${metricText(metric, value)}${range}`;
}

const cell = (amount: Amount | undefined, text: (amount: Amount) => string): Cell =>
  amount === undefined || !Number.isFinite(amountOf(amount))
    ? "–"
    : { text: text(amount), value: amountOf(amount) };

/** A cell with `digits` decimals; "–" where there is no number. */
export const fixedCell = (amount: Amount | undefined, digits: number): Cell =>
  cell(amount, (known) => fixed(known, digits));

/** A score cell with four decimals as in the published table. */
export const scoreCell = (amount: Amount | undefined): Cell => fixedCell(amount, 4);

/** A share cell in percent; the CSV keeps the share. */
export const shareCell = (amount: Amount | undefined): Cell => cell(amount, (known) => percent(known));

/** A whole-number cell. */
export const countCell = (amount: Amount | undefined): Cell => fixedCell(amount, 0);

/** A cell of a metric's value in its own unit. */
export const metricCell = (metric: Metric, amount: Amount | undefined): Cell =>
  cell(amount, (known) => metricText(metric, known));

/** A cell of bytes in decimal units. */
export const bytesCell = (amount: Amount | undefined): Cell => cell(amount, bytes);

/** A cell with a time. */
export const timeCell = (amount: Amount | undefined, words: TimeWords): Cell =>
  cell(amount, (known) => seconds(known, words));
