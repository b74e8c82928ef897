// How a weight matrix [out, in] is stored in a graph and multiplied by: fp32, or few bits with ONNX Runtime's own ops.
import { packedZeroPoints, type QuantizedMatrix, quantize } from "../quantization/groupwise";
import { groupsOf, type Scheme } from "../quantization/scheme";
import type { GraphBuilder } from "./onnx-graph";
import { FLOAT, UINT8 } from "./onnx-schema";

/** The domain of MatMulNBits and GatherBlockQuantized. */
export const MICROSOFT = "com.microsoft";

export interface StoredMatrix {
  /** x wᵀ: [n, in] -> [n, out]. */
  product(x: string): string;
  /** Rows by number, int64 [batch, time] -> [batch, time, in]. */
  rows(indices: string): string;
}

/** A matrix in fp32; the head that is tied to the embedding is the same stored tensor. */
function plainMatrix(
  g: GraphBuilder,
  name: string,
  shape: readonly [number, number],
  read: () => Float32Array,
): StoredMatrix {
  const weight = g.weight(name, [...shape], read);
  return {
    product: (x) => g.node("Gemm", [x, weight], { transB: { int: 1 } }),
    rows: (indices) => g.node("Gather", [weight, indices], { axis: { int: 0 } }),
  };
}

/** A matrix in few bits. Its codes are stored once, also where rows are looked up and multiplied by. */
function packedMatrix(
  g: GraphBuilder,
  name: string,
  shape: readonly [number, number],
  read: () => Float32Array,
  scheme: Scheme,
): StoredMatrix {
  const [rows, columns] = shape;
  const { bits, groupSize, symmetric } = scheme;
  const groups = groupsOf(columns, scheme);
  const zeroBytes = Math.ceil((groups * bits) / 8);
  // The parts are written one after the other: the matrix is rounded for the first and let go after the last.
  let made: QuantizedMatrix | undefined;
  const part = (
    what: string,
    dims: number[],
    dataType: number,
    of: (matrix: QuantizedMatrix) => Float32Array | Uint8Array,
    last: boolean,
  ) =>
    g.initializer({
      name: `${name}.${what}`,
      dims,
      dataType,
      byteLength: dims.reduce((a, b) => a * b, dataType === FLOAT ? 4 : 1),
      read: () => {
        made ??= quantize(read(), shape, scheme);
        const data = of(made);
        if (last) made = undefined;
        return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      },
    });
  const codes = part("codes", [rows, groups, (groupSize * bits) / 8], UINT8, (made) => made.codes, false);
  const scales = part("scales", [rows, groups], FLOAT, (made) => made.scales, symmetric);
  const zeroPoints = symmetric ? [] : [part("zero_points", [rows, zeroBytes], UINT8, packedZeroPoints, true)];
  return {
    product: (x) =>
      g.node(
        "MatMulNBits",
        [x, codes, scales, ...zeroPoints],
        { K: { int: columns }, N: { int: rows }, bits: { int: bits }, block_size: { int: groupSize } },
        { domain: MICROSOFT },
      ),
    rows(indices) {
      const chosen = (table: string) => g.node("Gather", [table, indices], { axis: { int: 0 } });
      const grouped = g.reshape(unpacked(g, chosen(codes), bits), [0, 0, groups, groupSize]);
      const zeros = zeroPoints[0]
        ? g.node("Unsqueeze", [
            g.node("Slice", [
              g.reshape(unpacked(g, chosen(zeroPoints[0]), bits), [0, 0, (zeroBytes * 8) / bits]),
              g.ints([0]),
              g.ints([groups]),
              g.ints([2]),
            ]),
            g.ints([3]),
          ])
        : g.float(2 ** (bits - 1));
      const scale = g.node("Unsqueeze", [chosen(scales), g.ints([3])]);
      const values = g.node("Mul", [g.node("Sub", [grouped, zeros]), scale]);
      const filled = g.reshape(values, [0, 0, groups * groupSize]);
      if (groups * groupSize === columns) return filled;
      return g.node("Slice", [filled, g.ints([0]), g.ints([columns]), g.ints([2])]);
    },
  };
}

/** Codes as fp32; of 4-bit ones two a byte, in one more dimension. */
function unpacked(g: GraphBuilder, bytes: string, bits: number): string {
  const float = (x: string) => g.node("Cast", [x], { to: { int: FLOAT } });
  if (bits === 8) return float(bytes);
  const half = (x: string) => g.node("Unsqueeze", [float(x), g.ints([-1])]);
  const low = g.node("BitwiseAnd", [bytes, g.byte(15)]);
  const high = g.node("BitShift", [bytes, g.byte(4)], { direction: { text: "RIGHT" } });
  return g.node("Concat", [half(low), half(high)], { axis: { int: -1 } });
}

/** Stores a matrix, in few bits where `scheme` says how. */
export const storedMatrix = (
  g: GraphBuilder,
  name: string,
  shape: readonly [number, number],
  read: () => Float32Array,
  scheme?: Scheme,
): StoredMatrix => (scheme ? packedMatrix(g, name, shape, read, scheme) : plainMatrix(g, name, shape, read));
