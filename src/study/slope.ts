// The slope of a series with its 95 % interval, from the means of ten blocks: neighbouring values are not independent.

const BLOCKS = 10;
/** Student's t, two-sided 95 %, 8 degrees of freedom. */
const T = 2.306;

/** Least squares of the blocks' means over their middle positions, per step. Throws on fewer than 20 values. */
export function slope(values: readonly number[]): { value: number; low: number; high: number } {
  const size = Math.floor(values.length / BLOCKS);
  if (size < 2) throw new Error(`A slope needs at least ${2 * BLOCKS} values, found ${values.length}.`);
  const means = Array.from({ length: BLOCKS }, (_, block) => {
    const part = values.slice(block * size, (block + 1) * size);
    return part.reduce((sum, value) => sum + value, 0) / size;
  });
  const middle = (BLOCKS - 1) / 2;
  const mean = means.reduce((sum, value) => sum + value, 0) / BLOCKS;
  const spread = means.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  const rise = means.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0) / spread;
  const rest = means.reduce((sum, value, i) => sum + (value - mean - rise * (i - middle)) ** 2, 0);
  const error = Math.sqrt(rest / (BLOCKS - 2) / spread);
  return { value: rise / size, low: (rise - T * error) / size, high: (rise + T * error) / size };
}
