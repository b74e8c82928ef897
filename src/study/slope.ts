// The drift of a series with its 95 % interval, from its increments over ten equal stretches.
// Memory moves in jumps that stay: residuals about a line are then not independent, and least squares takes chance for growth.

const STRETCHES = 10;
/** Student's t, two-sided 95 %, 9 degrees of freedom. */
const T = 2.262;

/** The mean increment per step, as of a random walk with drift. Throws on fewer than 21 values. */
export function slope(values: readonly number[]): { value: number; low: number; high: number } {
  const size = Math.floor((values.length - 1) / STRETCHES);
  if (size < 2)
    throw new Error(`A slope needs at least ${2 * STRETCHES + 1} values, found ${values.length}.`);
  const increments = Array.from(
    { length: STRETCHES },
    (_, i) => (values[(i + 1) * size]! - values[i * size]!) / size,
  );
  const mean = increments.reduce((sum, value) => sum + value, 0) / STRETCHES;
  const variance = increments.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (STRETCHES - 1);
  const error = Math.sqrt(variance / STRETCHES);
  return { value: mean, low: mean - T * error, high: mean + T * error };
}
