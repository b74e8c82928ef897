// Learned rounding (GPTQ, Frantar et al. 2022, arXiv 2210.17323): a weight's rounding error is made up for by the weights of its
// row that are rounded after it, as far as the inputs of calibration texts go together; each group's scale is the best of several.
import type { Weight } from "../engine/frozen";
import { PackedTensor } from "../engine/packed";
import type { Decoder } from "../models/decoder";
import type { CalibrationText } from "./calibrate";
import type { QuantizationPlan } from "./decoder";
import { putCode, type QuantizedMatrix } from "./groupwise";
import { inputProducts } from "./observed";
import { groupsOf, type Scheme } from "./scheme";

const EMBEDDING = "model.embed_tokens.weight";
/** Part of the mean square of the inputs that is added to each, so that few texts do not decide too much (the paper's 1 %). */
const DAMPING = 0.01;
/** Parts of the width between a group's extremes that its codes may span. */
const WIDTHS = Array.from({ length: 11 }, (_, i) => 1 - 0.04 * i);

/** The lower Cholesky factor of a positive matrix [n, n], row-major. */
function cholesky(matrix: Float64Array, n: number): Float64Array {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * n + k]! * factor[j * n + k]!;
      factor[i * n + j] = i === j ? Math.sqrt(sum) : sum / factor[j * n + j]!;
    }
  }
  return factor;
}

/**
 * The upper factor U of the inverse Uᵀ U of a positive matrix H [n, n]: with P the reversal of order and P H P = L Lᵀ it is
 * P L⁻¹ P, since H⁻¹ = (P L⁻ᵀ P)(P L⁻¹ P) and P L⁻¹ P is upper.
 */
function inverseFactor(matrix: Float64Array, n: number): Float64Array {
  const last = n * n - 1;
  const lower = cholesky(
    matrix.map((_, at) => matrix[last - at]!),
    n,
  );
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    inverse[i * n + i] = 1 / lower[i * n + i]!;
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum += lower[i * n + k]! * inverse[k * n + j]!;
      inverse[i * n + j] = -sum / lower[i * n + i]!;
    }
  }
  return inverse.map((_, at) => inverse[last - at]!);
}

interface Grid {
  /** fp32 */
  scale: number;
  /** The code of zero. */
  zero: number;
}

const codeOf = (value: number, { scale, zero }: Grid, last: number): number =>
  scale === 0 ? zero : Math.min(last, Math.max(0, Math.round(value / scale) + zero));

/** Scale and code of zero of `row` from place `from` to before `to`, with the least squared error, each weighted by `importance`. */
function bestGrid(
  row: Float64Array,
  from: number,
  to: number,
  importance: Float64Array,
  { bits, symmetric }: Scheme,
): Grid {
  const last = 2 ** bits - 1;
  const middle = 2 ** (bits - 1);
  let [low, high] = [0, 0];
  for (let i = from; i < to; i++) {
    low = Math.min(low, row[i]!);
    high = Math.max(high, row[i]!);
  }
  let best: Grid = { scale: 0, zero: middle };
  let least = Number.POSITIVE_INFINITY;
  for (const width of WIDTHS) {
    const scale = Math.fround(
      width * (symmetric ? (high > -low ? high : low) / -middle : (high - low) / last),
    );
    if (scale === 0) return best;
    const grid = { scale, zero: symmetric ? middle : Math.min(last, Math.round((-width * low) / scale)) };
    let error = 0;
    for (let i = from; i < to; i++) {
      const off = row[i]! - scale * (codeOf(row[i]!, grid, last) - grid.zero);
      error += importance[i]! * off * off;
    }
    if (error < least) [best, least] = [grid, error];
  }
  return best;
}

/**
 * Rounds a row-major matrix [rows, columns] whose inputs have the sum of products `products`, float64 [columns, columns]. The
 * form is that of `quantize`. Throws where a weight is not finite.
 */
export function quantizeLearned(
  values: Float32Array,
  shape: readonly [number, number],
  scheme: Scheme,
  products: Float64Array,
): QuantizedMatrix {
  const [rows, columns] = shape;
  const { bits, groupSize, symmetric } = scheme;
  if (!values.every(Number.isFinite)) throw new Error("A weight that is not finite cannot be rounded.");
  const groups = groupsOf(columns, scheme);
  const last = 2 ** bits - 1;
  const hessian = products.slice();
  let mean = 0;
  for (let i = 0; i < columns; i++) mean += products[i * (columns + 1)]! / columns;
  // Where nothing was seen, all inputs count the same and go together with none.
  for (let i = 0; i < columns; i++) hessian[i * (columns + 1)]! += DAMPING * mean || 1;
  const factor = inverseFactor(hessian, columns);
  const importance = Float64Array.from({ length: columns }, (_, i) => hessian[i * (columns + 1)]!);
  const codes = new Uint8Array((rows * groups * groupSize * bits) / 8);
  const scales = new Float32Array(rows * groups);
  const zeroPoints = symmetric ? undefined : new Uint8Array(rows * groups);
  for (let row = 0; row < rows; row++) {
    const own = Float64Array.from(values.subarray(row * columns, (row + 1) * columns));
    for (let group = 0; group < groups; group++) {
      const at = row * groups + group;
      const from = group * groupSize;
      const to = Math.min(from + groupSize, columns);
      const grid = bestGrid(own, from, to, importance, scheme);
      scales[at] = grid.scale;
      if (zeroPoints) zeroPoints[at] = grid.zero;
      for (let i = from; i < from + groupSize; i++) {
        // Beyond the row's end: the code of zero.
        const code = i < to ? codeOf(own[i]!, grid, last) : grid.zero;
        putCode(codes, scheme, at, i - from, code);
        if (i >= to) continue;
        const error = (own[i]! - grid.scale * (code - grid.zero)) / factor[i * columns + i]!;
        for (let k = i + 1; k < columns; k++) own[k]! -= error * factor[i * columns + k]!;
      }
    }
  }
  return { scheme, shape, codes, scales, ...(zeroPoints && { zeroPoints }) };
}

/** The products with as much again, on average, of inputs that go together with none. */
function withEven(products: Float64Array, size: number): Float64Array {
  const found = products.slice();
  let mean = 0;
  for (let i = 0; i < size; i++) mean += products[i * (size + 1)]! / size;
  for (let i = 0; i < size; i++) found[i * (size + 1)]! += mean;
  return found;
}

/**
 * As `quantizedDecoder`, with the rounding learned from calibration texts. An embedding that is the head too is rounded for both:
 * for the head's inputs, and for rows that are looked up one by one. Free it with `disposePacked`.
 */
export function learnedDecoder(
  decoder: Decoder,
  plan: QuantizationPlan,
  texts: readonly CalibrationText[],
): Decoder {
  const weights = new Map<string, Weight>(decoder.weights);
  for (const [name, products] of inputProducts(decoder, [...plan.keys()], texts)) {
    const weight = decoder.weights.get(name)!;
    const shape = weight.shape as [number, number];
    const seen = name === EMBEDDING ? withEven(products, shape[1]) : products;
    const values = weight.dataSync() as Float32Array;
    weights.set(name, PackedTensor.of(quantizeLearned(values, shape, plan.get(name)!, seen)));
  }
  return decoder.withWeights(weights);
}
