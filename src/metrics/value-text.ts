// A metric's value as consoles, notebooks and model cards show it.
import type { Metric } from "./metric";

const DECIMALS: Record<Metric["unit"], number> = { score: 3, share: 3, characters: 0, count: 0 };

/** "–" where nothing was measured. */
export const valueText = ({ unit }: Metric, value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : value.toFixed(DECIMALS[unit]);

/** "0.417 [0.396, 0.438]": a value with its 95 % interval, if it has one. */
export function intervalText(
  metric: Metric,
  value: number | null | undefined,
  interval: readonly [number, number] | undefined,
): string {
  const ends = interval?.map((end) => valueText(metric, end)).join(", ");
  return ends === undefined ? valueText(metric, value) : `${valueText(metric, value)} [${ends}]`;
}
