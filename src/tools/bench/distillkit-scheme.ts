// DistillKit's compression of teacher log-probabilities, written anew from its public description (README of
// arcee-ai/DistillKit): the 128 likeliest tokens, the first 16 in bfloat16, the other 112 as a least-squares fit over
// their rank with six float32 terms, ids packed in ⌈log2 V⌉ bits. At V = 256,000 that is 288 + 32 + 24 = 344 bytes.

export const DISTILLKIT = { k: 128, exactK: 16, terms: 6 };

export const distillkitBytes = (vocab: number): number =>
  (DISTILLKIT.k * Math.ceil(Math.log2(vocab))) / 8 + DISTILLKIT.exactK * 2 + DISTILLKIT.terms * 4;

/** Round to nearest, ties to even, on the upper 16 bits. */
function bfloat16(value: number): number {
  const float = Float32Array.of(value);
  const bits = new Uint32Array(float.buffer);
  bits[0] = (bits[0]! + 0x7fff + ((bits[0]! >>> 16) & 1)) & 0xffff0000;
  return float[0]!;
}

/** The fit's terms at a rank: powers 0 to 4 of it and its square root, the rank scaled to 0 … 1. */
const terms = (rank: number, count: number): number[] => {
  const x = rank / (count - 1);
  return [1, x, x ** 2, x ** 3, x ** 4, Math.sqrt(x)];
};

/** Least squares by the normal equations and Gauss-Jordan elimination, in float64. */
function leastSquares(rows: number[][], values: number[]): number[] {
  const size = rows[0]!.length;
  const system = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
    rows.reduce((sum, row, n) => sum + row[i]! * values[n]!, 0),
  ]);
  for (let i = 0; i < size; i++) {
    const pivot = system
      .slice(i)
      .reduce((best, row, at) => (Math.abs(row[i]!) > Math.abs(system[best]![i]!) ? i + at : best), i);
    [system[i], system[pivot]] = [system[pivot]!, system[i]!];
    for (let j = 0; j < size; j++) {
      if (j === i) continue;
      const factor = system[j]![i]! / system[i]![i]!;
      for (let c = i; c <= size; c++) system[j]![c]! -= factor * system[i]![c]!;
    }
  }
  return system.map((row, i) => Math.fround(row[size]! / row[i]!));
}

/** What it would give back: ids in falling order of probability, and their log-probabilities. */
export function distillkitRoundTrip(logProbabilities: Float64Array): { ids: number[]; values: number[] } {
  const { k, exactK } = DISTILLKIT;
  const ids = Array.from(logProbabilities.keys())
    .sort((a, b) => logProbabilities[b]! - logProbabilities[a]!)
    .slice(0, k);
  const values = ids.map((id) => logProbabilities[id]!);
  const rest = values.slice(exactK);
  const rows = rest.map((_, rank) => terms(rank, rest.length));
  const fit = leastSquares(rows, rest);
  const fitted = rows.map((row) => row.reduce((sum, term, i) => sum + term * fit[i]!, 0));
  return { ids, values: [...values.slice(0, exactK).map(bfloat16), ...fitted] };
}
