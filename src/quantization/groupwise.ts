// Group-wise rounding of a weight matrix to 4 or 8 bits (round to nearest, as in GPTQ's baseline, arXiv 2210.17323), and back.
import { groupsOf, type Scheme } from "./scheme";

/** A matrix [rows, columns] in few bits; the codes lie as ONNX Runtime's MatMulNBits takes them. */
export interface QuantizedMatrix {
  scheme: Scheme;
  shape: readonly [number, number];
  /** Codes [rows, groups, groupSize · bits / 8]; of two 4-bit codes in a byte the first is the low half. */
  codes: Uint8Array;
  /** fp32 [rows, groups]; weight = scale · (code - zero point). */
  scales: Float32Array;
  /** One a group [rows, groups]; absent: the middle code, 8 or 128. */
  zeroPoints?: Uint8Array;
}

/**
 * Rounds a row-major matrix. Symmetric: the weight of largest size takes the lowest code, so that all codes are used and
 * a weight of that size and the other sign is cut by one step at most. Asymmetric: lowest and highest weight of the
 * group (0 among them) take the first and last code. No weight moves by more than one scale. Throws where a weight is not finite.
 */
export function quantize(
  values: Float32Array,
  shape: readonly [number, number],
  scheme: Scheme,
): QuantizedMatrix {
  const [rows, columns] = shape;
  const { bits, groupSize, symmetric } = scheme;
  const groups = groupsOf(columns, scheme);
  const last = 2 ** bits - 1;
  const middle = 2 ** (bits - 1);
  const codes = new Uint8Array((rows * groups * groupSize * bits) / 8);
  const scales = new Float32Array(rows * groups);
  const zeroPoints = symmetric ? undefined : new Uint8Array(rows * groups);
  for (let row = 0; row < rows; row++) {
    for (let group = 0; group < groups; group++) {
      const from = row * columns + group * groupSize;
      const to = Math.min(from + groupSize, (row + 1) * columns);
      let low = 0;
      let high = 0;
      for (let i = from; i < to; i++) {
        const value = values[i]!;
        if (value < low) low = value;
        else if (value > high) high = value;
        else if (!Number.isFinite(value)) {
          throw new Error(
            `Row ${row}, column ${i - row * columns}: ${value} cannot be rounded to ${bits} bits.`,
          );
        }
      }
      if (!Number.isFinite(low) || !Number.isFinite(high))
        throw new Error(`Row ${row}: an infinite weight cannot be rounded to ${bits} bits.`);
      const at = row * groups + group;
      // The scale is rounded to fp32 first: codes are chosen for the scale that is stored.
      const scale = Math.fround(symmetric ? (high > -low ? high : low) / -middle : (high - low) / last);
      const zero = symmetric || scale === 0 ? middle : Math.round(-low / scale);
      scales[at] = scale;
      if (zeroPoints) zeroPoints[at] = zero;
      for (let i = 0; i < groupSize; i++) {
        // Beyond the row's end: the code of zero.
        const step = from + i < to && scale !== 0 ? Math.round(values[from + i]! / scale) : 0;
        const code = Math.min(last, Math.max(0, step + zero));
        putCode(codes, scheme, at, i, code);
      }
    }
  }
  return { scheme, shape, codes, scales, ...(zeroPoints && { zeroPoints }) };
}

/** Puts code `i` of a group, by its number in the whole matrix, in its place; 4-bit places must be empty before. */
export function putCode(
  codes: Uint8Array,
  { bits, groupSize }: Scheme,
  group: number,
  i: number,
  code: number,
): void {
  if (bits === 8) codes[group * groupSize + i] = code;
  else codes[(group * groupSize + i) >> 1]! |= code << (4 * (i & 1));
}

/** The matrix that the codes stand for, row-major fp32. */
export function dequantize({ scheme, shape, codes, scales, zeroPoints }: QuantizedMatrix): Float32Array {
  const [rows, columns] = shape;
  const { bits, groupSize } = scheme;
  const groups = groupsOf(columns, scheme);
  const groupBytes = (groupSize * bits) / 8;
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * groups + Math.floor(column / groupSize);
      const i = column % groupSize;
      const code =
        bits === 8 ? codes[at * groupBytes + i]! : (codes[at * groupBytes + (i >> 1)]! >> (4 * (i & 1))) & 15;
      values[row * columns + column] =
        scales[at]! * (code - (zeroPoints ? zeroPoints[at]! : 2 ** (bits - 1)));
    }
  }
  return values;
}

/** Zero points as MatMulNBits takes them, [rows, ⌈groups · bits / 8⌉]: of two 4-bit ones in a byte the first is the low half. */
export function packedZeroPoints({ scheme, shape, zeroPoints }: QuantizedMatrix): Uint8Array {
  if (!zeroPoints) throw new Error("A symmetric matrix has no zero points.");
  if (scheme.bits === 8) return zeroPoints;
  const groups = groupsOf(shape[1], scheme);
  const bytes = Math.ceil(groups / 2);
  const packed = new Uint8Array(shape[0] * bytes);
  for (let row = 0; row < shape[0]; row++) {
    for (let group = 0; group < groups; group++)
      packed[row * bytes + (group >> 1)]! |= zeroPoints[row * groups + group]! << (4 * (group & 1));
  }
  return packed;
}
