// Numbers as the report shows them: rounded once, no negative zero, thousands apart, percent and percent points told apart.
// A number keeps its value and, where it is known (a Quantity), its origin. Where there is no number stands a dash.
import type { Metric } from "../metrics/metric";
import { joined, type Said, say } from "./catalogue/said";
import { type Amount, amountOf } from "./quantity";

const MINUS = "\u2212";
const NONE = "–";

function plain(value: number, digits: number): string {
  const text = Math.abs(value).toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return value < 0 && /[1-9]/.test(text) ? `${MINUS}${text}` : text;
}

function plainSigned(value: number, digits: number): string {
  const text = plain(value, digits);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** A number's text, or the dash. */
function written(amount: Amount | undefined, text: (value: number) => Said): Said {
  if (amount === undefined || !Number.isFinite(amountOf(amount))) return NONE;
  return { text: text(amountOf(amount)), amount };
}

/** With `digits` decimals; a value that rounds to zero has no sign. */
export const fixed = (amount: Amount | undefined, digits: number): Said =>
  written(amount, (value) => plain(value, digits));

/** A whole number. */
export const count = (amount: Amount | undefined): Said => fixed(amount, 0);

/** A score with four decimals, as in the published table. */
export const score = (amount: Amount | undefined): Said => fixed(amount, 4);

/** As `fixed`, with a plus sign before positive values. */
export const signed = (amount: Amount | undefined, digits: number): Said =>
  written(amount, (value) => plainSigned(value, digits));

/** A share of 1 as percent: 0.365 -> "36.5%". */
export const percent = (amount: Amount | undefined, digits = 1): Said =>
  written(amount, (share) => `${plain(share * 100, digits)}%`);

/** A p value: "p < 0.001" or "p = 0.041". */
export function pValue(amount: Amount): Said {
  return amountOf(amount) < 0.001
    ? joined(["p", { text: "< 0.001", amount }], " ")
    : joined(["p =", fixed(amount, 3)], " ");
}

/** Bytes in decimal units. */
export const bytes = (amount: Amount | undefined): Said =>
  written(amount, (size) =>
    size >= 1e9
      ? `${plain(size / 1e9, 2)} GB`
      : size >= 1e6
        ? `${plain(size / 1e6, 1)} MB`
        : `${plain(size / 1e3, 1)} kB`,
  );

/** Seconds as a person says them: "37.2초", "12분 5초". */
export const seconds = (amount: Amount | undefined): Said =>
  written(amount, (time) => {
    if (time < 60) return say("time.seconds", { seconds: plain(time, 1) });
    const whole = Math.round(time);
    return say("time.minutes", { minutes: plain(Math.floor(whole / 60), 0), seconds: String(whole % 60) });
  });

/** A metric's value in its own unit: scores with three decimals, shares in percent. */
export const metricValue = ({ unit }: Metric, amount: Amount | undefined): Said =>
  unit === "share" ? percent(amount) : fixed(amount, { score: 3, characters: 1, count: 0 }[unit]);

/** A size of a difference in a metric's unit: percent points for shares. */
export const metricSize = ({ unit }: Metric, amount: Amount): Said =>
  unit === "share"
    ? say("points", { points: written(amount, (value) => plain(value * 100, 1)) })
    : fixed(amount, 3);

/** A difference of a metric's values with its sign; shares in percent points, without their unit. */
export const metricDifference = ({ unit }: Metric, amount: Amount | undefined): Said =>
  unit === "share" ? written(amount, (value) => plainSigned(value * 100, 1)) : signed(amount, 3);

/** A metric's value with its 95 % interval, as far as they are known. */
export function withInterval(
  metric: Metric,
  value: Amount | undefined,
  low: Amount | undefined,
  high: Amount | undefined,
): Said {
  if (value === undefined || low === undefined || high === undefined) return metricValue(metric, value);
  const ends = [metricValue(metric, low), metricValue(metric, high)];
  return joined([metricValue(metric, value), joined(["[", ends, "]"], "")], " ");
}
