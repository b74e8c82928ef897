// One comparison with reference data: the largest difference found and the largest allowed.

export interface Case {
  name: string;
  /** Largest difference; 0 where only equality counts and holds, Infinity where nothing can be compared. */
  largest: number;
  tolerance: number;
  ok: boolean;
  note?: string;
}

/** A case from differences that were already measured; NaN is never within a tolerance. */
export function measured(name: string, largest: number, tolerance: number, note?: string): Case {
  return { name, largest, tolerance, ok: largest <= tolerance, ...(note !== undefined && { note }) };
}

/** A case that must hold exactly. */
export function exact(name: string, holds: boolean, note?: string): Case {
  return {
    name,
    largest: holds ? 0 : Number.POSITIVE_INFINITY,
    tolerance: 0,
    ok: holds,
    ...(!holds && { note }),
  };
}

/** A case that could not be run or understood. */
export function failed(name: string, reason: unknown): Case {
  const note = reason instanceof Error ? reason.message : String(reason);
  return { name, largest: Number.POSITIVE_INFINITY, tolerance: 0, ok: false, note };
}

/**
 * Largest absolute difference of the entries that `counts` picks (all where absent). NaN where a value is NaN on one
 * side; throws where lengths differ or nothing is picked, since such a comparison says nothing.
 */
export function largestDifference(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  counts: (index: number) => boolean = () => true,
): number {
  if (found.length !== expected.length) {
    throw new Error(`expected ${expected.length} values, found ${found.length}`);
  }
  let largest = 0;
  let compared = 0;
  for (let i = 0; i < found.length; i++) {
    if (!counts(i)) continue;
    compared++;
    const difference = Math.abs((found[i] as number) - (expected[i] as number));
    if (!(difference <= largest)) largest = difference;
    if (Number.isNaN(largest)) return largest;
  }
  if (compared === 0) throw new Error("nothing to compare: every entry is masked");
  return largest;
}

/** Runs a comparison; what it throws becomes a failed case. */
export function attempt(name: string, run: () => Case): Case {
  try {
    return run();
  } catch (error) {
    return failed(name, error);
  }
}
