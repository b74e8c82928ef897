// Frozen weights that stay bfloat16 in the engine, as they lie in the file, and the products that models need of a weight.
// tfjs knows no bfloat16, so these tensors live in TensorFlow's binding by number, outside tf.memory() (see ledger.ts).
import { bool, idOf, type } from "./binding";
import { type Block, FrozenMatrix } from "./frozen-matrix";
import {
  BFLOAT16,
  execute,
  executeTensor,
  FLOAT,
  gatherAttributes,
  release,
  UINT8,
  upload,
  withHandle,
} from "./handles";
import { gatherRows, matMul, slice } from "./raw";
import { type Tensor, tf } from "./tf";

const BITCAST = [type("T", UINT8), type("type", BFLOAT16)];
const WIDEN = [type("SrcT", BFLOAT16), type("DstT", FLOAT), bool("Truncate", false)];
const NARROW = [type("SrcT", FLOAT), type("DstT", BFLOAT16), bool("Truncate", false)];
const GATHER = gatherAttributes(BFLOAT16);
const multiply = (transposeB: boolean) => [
  type("T", BFLOAT16),
  bool("transpose_a", false),
  bool("transpose_b", transposeB),
];

/** The fp32 tensor of a bfloat16 handle; exact. */
const widen = (id: number): Tensor => executeTensor("Cast", WIDEN, [id]);

const narrowed = <T>(x: Tensor, use: (id: number) => T): T =>
  withHandle(execute("Cast", NARROW, [idOf(x)]), use);

/**
 * The type in which activations meet a frozen weight: fp32 is exact; bfloat16 is accurate to three digits and multiplied
 * without a copy in fp32 where the processor is faster so.
 */
export type MultiplyIn = "float32" | "bfloat16";

interface NarrowBlock extends Block {
  id: number;
}

/** A matrix [rows, columns] of bfloat16 weights that takes no gradient; free it with `dispose`. */
export class FrozenTensor extends FrozenMatrix<NarrowBlock> {
  private constructor(
    shape: readonly [number, number],
    readonly multiplyIn: MultiplyIn,
  ) {
    super(shape, 2 * shape[0] * shape[1]);
  }

  /**
   * Makes a frozen matrix, block by block: `read` fills `target` with the stored bytes (little-endian bfloat16,
   * row-major) from byte `offset` of the matrix on. Never holds a second copy of more than one block.
   */
  static read(
    shape: readonly [number, number],
    read: (target: Uint8Array, offset: number) => void,
    multiplyIn: MultiplyIn = "float32",
  ): FrozenTensor {
    const frozen = new FrozenTensor(shape, multiplyIn);
    const columns = shape[1];
    frozen.fill((firstRow, rows) => {
      const raw = upload([rows, columns, 2], (target) => read(target, firstRow * columns * 2));
      return { id: withHandle(raw, (id) => execute("Bitcast", BITCAST, [id])), firstRow, rows };
    });
    return frozen;
  }

  protected widen({ id }: NarrowBlock): Tensor {
    return widen(id);
  }

  protected widenRows({ id }: NarrowBlock, numbers: Tensor): Tensor {
    return withHandle(execute("GatherV2", GATHER, [id, idOf(numbers), idOf(tf.scalar(0, "int32"))]), widen);
  }

  protected release({ id }: NarrowBlock): void {
    release(id);
  }

  protected override product(x: Tensor, block: NarrowBlock, transposed: boolean): Tensor {
    if (this.multiplyIn === "float32") return super.product(x, block, transposed);
    const native = (input: number) =>
      withHandle(execute("MatMul", multiply(transposed), [input, block.id]), widen);
    const widened = (input: number) => super.product(widen(input), block, transposed);
    const kind = { rows: x.shape[0]!, weights: block.rows * this.shape[1], transposed };
    return narrowed(x, (input) => (nativeIsFaster(kind, input, native, widened) ? native : widened)(input));
  }
}

/** Whether TensorFlow's bfloat16 product was the faster one, by kind of product. */
const measured = new Map<string, boolean>();
/** Blocks of fewer weights are not worth measuring. */
const MEASURED_FROM = 2 ** 20;

/**
 * Whether TensorFlow's own bfloat16 product is faster than that of a widened block, measured at the first one of its kind:
 * for one row it took an eighth of the time on a Xeon with avx512 and as long on an EPYC with avx2, for more rows longer.
 */
function nativeIsFaster(
  { rows, weights, transposed }: { rows: number; weights: number; transposed: boolean },
  input: number,
  native: (input: number) => Tensor,
  widened: (input: number) => Tensor,
): boolean {
  if (weights < MEASURED_FROM) return true;
  const kind = `${Math.ceil(Math.log2(rows))} ${transposed}`;
  let found = measured.get(kind);
  if (found === undefined) {
    const fastest = (way: (input: number) => Tensor) => {
      const times = Array.from({ length: 3 }, () => {
        const started = performance.now();
        tf.tidy(() => {
          way(input).dataSync();
        });
        return performance.now() - started;
      });
      return Math.min(...times);
    };
    found = fastest(native) < fastest(widened);
    measured.set(kind, found);
  }
  return found;
}

/** A model's weight: a tensor, or a frozen matrix that stays narrower than fp32. */
export type Weight = Tensor | FrozenMatrix;

/** x wᵀ: [n, in] · [out, in]ᵀ -> [n, out]. */
export const timesTransposed = (x: Tensor, weight: Weight): Tensor =>
  weight instanceof FrozenMatrix ? weight.timesTransposed(x) : matMul(x, weight, false, true);

/** x w: [n, out] · [out, in] -> [n, in]. */
export const times = (x: Tensor, weight: Weight): Tensor =>
  weight instanceof FrozenMatrix ? weight.times(x) : matMul(x, weight);

/** Rows of a weight by number, int32 [n]: [n, in]. */
export const weightRows = (weight: Weight, numbers: Tensor): Tensor =>
  weight instanceof FrozenMatrix ? weight.rows(numbers) : gatherRows(weight, numbers);

/** Calls `use` with at most `count` rows of a weight at a time, fp32 and in order; they are freed afterwards. */
export function forEachWeightBlock(
  weight: Weight,
  count: number,
  use: (rows: Tensor, firstRow: number) => void,
): void {
  const columns = weight.shape[1]!;
  const cut = (whole: Tensor, firstRow: number) => {
    const rows = whole.shape[0]!;
    for (let at = 0; at < rows; at += count) {
      const part = slice(whole, [at, 0], [Math.min(count, rows - at), columns]);
      use(part, firstRow + at);
      part.dispose();
    }
  };
  if (weight instanceof FrozenMatrix) weight.forEachBlock(cut);
  else cut(weight, 0);
}

/** A weight as an fp32 tensor of the caller's own: a copy of a frozen one, another handle on the same memory else. */
export const float32Weight = (weight: Weight): Tensor =>
  weight instanceof FrozenMatrix ? weight.toFloat32() : weight.clone();

/** Bytes that a weight takes in the engine. */
export const weightBytes = (weight: Weight): number =>
  weight instanceof FrozenMatrix ? weight.bytes : 4 * weight.size;
