// The plane through a cloud of vectors that keeps most of its spread: principal components, each with one sign.
// Eigenvectors of the covariance by Jacobi rotations (Golub & Van Loan, "Matrix Computations", 8.5), in float64.

export interface Plane {
  /** [vectors][2]: coordinates on the first and second component. */
  points: [number, number][];
  /** Share of the variance on each of the two. */
  explained: [number, number];
}

const SWEEPS = 60;

/** Eigenvalues and eigenvectors (columns of `vectors`) of a symmetric matrix, row-major [n, n]. */
function symmetricEigen(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice();
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0;
    let all = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        all += a[i * n + j]! ** 2;
        if (i !== j) off += a[i * n + j]! ** 2;
      }
    }
    if (off <= 1e-26 * all) break;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q]!;
        if (apq === 0) continue;
        const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[k * n + p]!, a[k * n + q]!];
          a[k * n + p] = c * x - s * y;
          a[k * n + q] = s * x + c * y;
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[p * n + k]!, a[q * n + k]!];
          a[p * n + k] = c * x - s * y;
          a[q * n + k] = s * x + c * y;
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [v[k * n + p]!, v[k * n + q]!];
          v[k * n + p] = c * x - s * y;
          v[k * n + q] = s * x + c * y;
        }
      }
    }
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors: v };
}

/**
 * Projects vectors on their first two principal components. A component points to where its largest loading (the first of
 * equals) is positive, so that the same data give the same picture. Throws on fewer than three vectors or one dimension.
 */
export function principalPlane(vectors: readonly ArrayLike<number>[]): Plane {
  const n = vectors[0]?.length ?? 0;
  if (vectors.length < 3 || n < 2) {
    throw new Error(
      `Principal components: expected three vectors of two values or more, found ${vectors.length} of ${n}.`,
    );
  }
  const mean = new Float64Array(n);
  for (const vector of vectors) for (let i = 0; i < n; i++) mean[i]! += vector[i]! / vectors.length;
  const centred = vectors.map((vector) => Float64Array.from(mean, (m, i) => vector[i]! - m));
  const covariance = new Float64Array(n * n);
  for (const row of centred) {
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) covariance[i * n + j]! += row[i]! * row[j]!;
  }
  const { values, vectors: eigen } = symmetricEigen(covariance, n);
  const order = [...values.keys()].sort((a, b) => values[b]! - values[a]!);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const components = order.slice(0, 2).map((column) => {
    const loading = Float64Array.from({ length: n }, (_, i) => eigen[i * n + column]!);
    const size = Math.max(...loading.map(Math.abs));
    const largest = loading.find((value) => Math.abs(value) > size - 1e-12)!;
    return largest < 0 ? loading.map((value) => -value) : loading;
  });
  const on = (row: Float64Array, component: Float64Array) =>
    row.reduce((sum, value, i) => sum + value * component[i]!, 0);
  return {
    points: centred.map((row): [number, number] => [on(row, components[0]!), on(row, components[1]!)]),
    explained: [0, 1].map((k) => (total > 0 ? Math.max(0, values[order[k]!]!) / total : 0)) as [
      number,
      number,
    ],
  };
}
