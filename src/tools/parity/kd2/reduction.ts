// How the set makes a scalar of tokens: the mean over those that count, weighted by their rows.

export interface Weighted {
  mask: number[][];
  row_weights: number[];
}

/** The share of each token [rows · length] in the mean. */
export function tokenShares({ mask, row_weights: weights }: Weighted): number[] {
  const all = mask.flatMap((row, r) => row.map((counts) => counts * weights[r]!));
  const total = all.reduce((a, b) => a + b, 0);
  return all.map((share) => share / total);
}

/** Each row's share where rows are weighted, not tokens. */
export const rowShares = (weights: number[]): number[] =>
  weights.map((weight) => weight / weights.reduce((a, b) => a + b, 0));

export const weightedSum = (values: ArrayLike<number>, shares: readonly number[]): number =>
  shares.reduce((sum, share, i) => sum + share * values[i]!, 0);

/** Rows of a gradient [n, width] by their shares. */
export const weightedRows = (gradient: ArrayLike<number>, shares: readonly number[]): Float64Array => {
  const width = gradient.length / shares.length;
  return Float64Array.from(gradient, (value, i) => value * shares[Math.floor(i / width)]!);
};
