// Frozen weights that stay in 4 or 8 bits in the engine; a block of rows is widened to fp32 when it is used, and freed.
import { type Attribute, bool, idOf, int, type } from "./binding";
import { type Block, FrozenMatrix } from "./frozen-matrix";
import {
  execute,
  executeTensor,
  FLOAT,
  gatherAttributes,
  release,
  UINT8,
  upload,
  withHandle,
} from "./handles";
import { gatherRows, mul, reshape, scalar, slice, sub } from "./raw";
import { type Tensor, tf } from "./tf";

const WIDEN = [type("SrcT", UINT8), type("DstT", FLOAT), bool("Truncate", false)];
const GATHER = gatherAttributes(UINT8);
const BYTES = [type("T", UINT8)];
const STACK: Attribute[] = [int("N", 2), type("T", FLOAT), int("axis", 3)];

/** Codes of a matrix [rows, columns]: weight = scale · (code - zero point), group by group of a row. */
export interface PackedCodes {
  scheme: { bits: 4 | 8; groupSize: number };
  shape: readonly [number, number];
  /** [rows, groups, groupSize · bits / 8]; of two 4-bit codes in a byte the first is the low half. */
  codes: Uint8Array;
  /** [rows, groups] */
  scales: Float32Array;
  /** [rows, groups]; absent: the middle code. */
  zeroPoints?: Uint8Array;
}

interface PackedBlock extends Block {
  /** Bytes [rows, groups, groupSize · bits / 8], by number. */
  codes: number;
  /** fp32 [rows, groups, 1] */
  scales: Tensor;
  /** Bytes [rows, groups, 1], by number. */
  zeroPoints?: number;
}

const widen = (id: number): Tensor => executeTensor("Cast", WIDEN, [id]);

/** A matrix [rows, columns] in 4 or 8 bits that takes no gradient; free it with `dispose`. */
export class PackedTensor extends FrozenMatrix<PackedBlock> {
  private readonly groups: number;

  private constructor(
    { scheme, shape, codes, scales, zeroPoints }: PackedCodes,
    private readonly layout = scheme,
  ) {
    const bytes = codes.length + (zeroPoints?.length ?? 0);
    super(shape, bytes + 4 * scales.length, bytes);
    this.groups = Math.ceil(shape[1] / scheme.groupSize);
  }

  /** Copies codes, scales and zero points into the engine. */
  static of(matrix: PackedCodes): PackedTensor {
    const packed = new PackedTensor(matrix);
    const { codes, scales, zeroPoints, scheme } = matrix;
    const { groups } = packed;
    const groupBytes = (scheme.groupSize * scheme.bits) / 8;
    packed.fill((firstRow, rows) => {
      const bytes = (from: Uint8Array, each: number) =>
        upload([rows, groups, each], (target) =>
          target.set(from.subarray(firstRow * groups * each, (firstRow + rows) * groups * each)),
        );
      const part = scales.subarray(firstRow * groups, (firstRow + rows) * groups);
      return {
        firstRow,
        rows,
        codes: bytes(codes, groupBytes),
        scales: tf.keep(tf.tensor3d(part, [rows, groups, 1])),
        ...(zeroPoints && { zeroPoints: bytes(zeroPoints, 1) }),
      };
    });
    return packed;
  }

  protected widen({ codes, scales, zeroPoints }: PackedBlock): Tensor {
    return tf.tidy(() =>
      this.values(codes, scales, zeroPoints === undefined ? undefined : widen(zeroPoints)),
    );
  }

  protected widenRows({ codes, scales, zeroPoints }: PackedBlock, numbers: Tensor): Tensor {
    const chosen = <T>(id: number, use: (id: number) => T): T =>
      withHandle(execute("GatherV2", GATHER, [id, idOf(numbers), idOf(tf.scalar(0, "int32"))]), use);
    return tf.tidy(() => {
      const zeros = zeroPoints === undefined ? undefined : chosen(zeroPoints, widen);
      return chosen(codes, (id) => this.values(id, gatherRows(scales, numbers), zeros));
    });
  }

  protected release({ codes, scales, zeroPoints }: PackedBlock): void {
    release(codes);
    scales.dispose();
    if (zeroPoints !== undefined) release(zeroPoints);
  }

  /** scale · (code - zero point), filled-up columns cut off: fp32 [rows, columns]. */
  private values(codes: number, scales: Tensor, zeroPoints: Tensor | undefined): Tensor {
    const { bits, groupSize } = this.layout;
    return tf.tidy(() => {
      const rows = scales.shape[0]!;
      const grouped = reshape(unpack(codes, bits), [rows, this.groups, groupSize]);
      const values = mul(sub(grouped, zeroPoints ?? scalar(2 ** (bits - 1))), scales);
      const filled = reshape(values, [rows, this.groups * groupSize]);
      const columns = this.shape[1];
      return columns === filled.shape[1] ? filled : slice(filled, [0, 0], [rows, columns]);
    });
  }
}

/** Codes in fp32; of 4-bit ones the two halves of a byte in a dimension of their own. */
function unpack(codes: number, bits: 4 | 8): Tensor {
  if (bits === 8) return widen(codes);
  const constant = (value: number) => upload([], (target) => target.fill(value));
  const half = (op: string, value: number) =>
    withHandle(constant(value), (id) => withHandle(execute(op, BYTES, [codes, id]), widen));
  const [low, high] = [half("BitwiseAnd", 15), half("RightShift", 4)];
  return executeTensor("Pack", STACK, [idOf(low), idOf(high)]);
}
