// Measures a case: both sides must agree first, then they run in turn, A B A B, on the same machine in the same minutes.
import { SideProcess } from "./processes";
import type { Case, Goal, Measures, Prepared } from "./row";

export interface Spread {
  minimum: number;
  median: number;
  runs: number;
}

export interface GoalResult extends Goal {
  /** A figure of the first side, not a ratio. */
  alone: boolean;
  /** Of the medians; without a second side the median itself. */
  found: number;
  /** Of the minima. */
  foundOfMinima: number;
  reached: boolean;
}

export interface CaseResult {
  name: string;
  sides: { name: string; measures: Record<string, Spread>; stopped?: boolean }[];
  /** The largest difference between the sides, per checked value. */
  agreement: Record<string, number>;
  goals: GoalResult[];
}

/** Least and middle of several figures. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { minimum: sorted[0]!, median, runs: sorted.length };
}

/** How far two sides' values lie apart, relative to the larger one of each pair or to 1. Throws beyond the tolerance. */
export function agreement(
  name: string,
  [ours, theirs]: readonly [Prepared["check"], Prepared["check"]],
  tolerance: number,
): Record<string, number> {
  const found: Record<string, number> = {};
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const [a, b] = [ours[key], theirs[key]].map((value) =>
      typeof value === "number" ? [value] : (value ?? []),
    );
    if (a!.length !== b!.length || a!.length === 0) {
      throw new Error(`${name}: the sides give ${a!.length} and ${b!.length} values of "${key}".`);
    }
    found[key] = Math.max(
      ...a!.map((value, i) => Math.abs(value - b![i]!) / Math.max(1, Math.abs(value), Math.abs(b![i]!))),
    );
    if (!(found[key] <= tolerance)) {
      throw new Error(
        `${name}: the sides' "${key}" differ by ${found[key]}, at most ${tolerance} is allowed: they do not compute the same.`,
      );
    }
  }
  return found;
}

/** Runs a case; `runs` timed runs of each side. */
export async function measure(row: string, what: Case, runs: number): Promise<CaseResult> {
  const { name, sides, tolerance, apart = false } = what;
  const measured: Measures[][] = sides.map(() => []);
  const checks: Prepared["check"][] = [];
  let stopped = false;
  if (apart) {
    for (let run = 0; run < runs; run++) {
      for (const [i, side] of sides.entries()) {
        const { process, check } = await SideProcess.start(row, side);
        checks[i] = check;
        if (i === 1 && what.limitSeconds) {
          const limited = await process.runAtMost(what.limitSeconds);
          measured[i]!.push(limited.measures);
          stopped ||= limited.stopped;
        } else measured[i]!.push(await process.run());
        await process.stop();
      }
    }
  } else {
    const processes: SideProcess[] = [];
    try {
      for (const side of sides) {
        const { process, check } = await SideProcess.start(row, side);
        processes.push(process);
        checks.push(check);
      }
      if (checks.length === 2) agreement(name, checks as never, tolerance);
      for (let run = 0; run < runs; run++) {
        for (const [i, process] of processes.entries()) measured[i]!.push(await process.run());
      }
    } finally {
      for (const process of processes) await process.stop();
    }
  }
  const spreads = measured.map((list) =>
    Object.fromEntries(
      Object.keys(list[0]!).map((key) => [key, spread(list.map((measures) => measures[key]!))]),
    ),
  );
  return {
    name,
    sides: sides.map((side, i) => ({
      ...{ name: side.name, measures: spreads[i]! },
      ...(i === 1 && stopped && { stopped }),
    })),
    agreement: checks.length === 2 ? agreement(name, checks as never, tolerance) : {},
    goals: [
      ...what.goals.map((goal) => judged(goal, spreads)),
      ...(what.alone ?? []).map((goal) => judged(goal, spreads.slice(0, 1))),
    ],
  };
}

function judged(goal: Goal, spreads: readonly Record<string, Spread>[]): GoalResult {
  const [first, second] = spreads.map((measures) => measures[goal.measure]);
  if (!first) throw new Error(`No side measures "${goal.measure}".`);
  const found = second ? first.median / second.median : first.median;
  const foundOfMinima = second ? first.minimum / second.minimum : first.minimum;
  return { ...goal, alone: second === undefined, found, foundOfMinima, reached: found <= goal.atMost };
}
