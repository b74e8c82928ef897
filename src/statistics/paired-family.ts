// Many pairs tested as one family: each pair's difference with interval, effect size and power, the p-values adjusted together.
import {
  approximateRandomisation,
  cohenD,
  detectableDifference,
  holm,
  meanInterval95,
  meanOf,
  significanceSeed,
  standardDeviation,
} from "./significance";

/** From this adjusted p on, two sides are tied. */
export const SIGNIFICANCE_LEVEL = 0.05;

/** `difference` and `effectSize` are a minus b. */
export interface PairedDifference {
  difference: number;
  interval95: [number, number];
  p: number;
  effectSize: number;
  /** The smallest true difference that so many items find four times in five. */
  detectable: number;
}

/** Two sides' scores on the same items, two at least. */
export function pairedDifference(
  a: readonly number[],
  b: readonly number[],
  seed = significanceSeed,
): PairedDifference {
  const differences = a.map((score, i) => score - b[i]!);
  return {
    difference: meanOf(differences),
    interval95: meanInterval95(differences),
    p: approximateRandomisation(b, a, { seed }).pWithTies,
    effectSize: cohenD(b, a),
    detectable: detectableDifference(standardDeviation(differences), differences.length),
  };
}

/** The rows of one family with their p-values adjusted (Holm), and which side is higher; ties have no higher side. */
export function asFamily<Row extends Pick<PairedDifference, "p" | "difference">>(
  rows: readonly Row[],
): (Row & { pHolm: number; higher: "a" | "b" | "tie" })[] {
  const adjusted = holm(rows.map(({ p }) => p));
  return rows.map((row, i) => {
    const pHolm = adjusted[i]!;
    const higher = pHolm >= SIGNIFICANCE_LEVEL ? "tie" : row.difference > 0 ? "a" : "b";
    return { ...row, pHolm, higher };
  });
}
