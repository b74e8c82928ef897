// Frozen weights that stay bfloat16 in the engine, as they lie in the file, and the products that models need of them.
// tfjs knows no bfloat16, so these tensors live in TensorFlow's binding by number, outside tf.memory() (see ledger.ts).
import { countFrozen } from "./ledger";
import { add, concat, gatherRows, matMul, slice } from "./raw";
import { type Tensor, tf } from "./tf";

interface Handle {
  id: number;
  shape: number[];
  dtype: number;
}

interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

interface NativeBackend {
  binding: {
    TF_ATTR_TYPE: number;
    TF_ATTR_BOOL: number;
    TF_ATTR_INT: number;
    TF_FLOAT: number;
    TF_INT32: number;
    TF_UINT8: number;
    createTensor(shape: number[], dtype: number, data: Uint8Array): number;
    executeOp(op: string, attributes: Attribute[], inputs: number[], outputs: number): Handle[];
    deleteTensor(id: number): void;
  };
  createOutputTensor(handle: Handle): Tensor;
  getInputTensorIds(tensors: Tensor[]): number[];
}

const backend = tf.backend() as unknown as NativeBackend;
const { binding } = backend;
const BFLOAT16 = 14;
/** A matrix is kept in blocks of rows of at most this many bytes: twice that in fp32 stays in the processor's cache. */
const BLOCK_BYTES = 8 * 2 ** 20;

const type = (name: string, value: number): Attribute => ({ name, type: binding.TF_ATTR_TYPE, value });
const bool = (name: string, value: boolean): Attribute => ({ name, type: binding.TF_ATTR_BOOL, value });
const execute = (op: string, attributes: Attribute[], inputs: number[]): Handle =>
  binding.executeOp(op, attributes, inputs, 1)[0]!;

const BITCAST = [type("T", binding.TF_UINT8), type("type", BFLOAT16)];
const WIDEN = [type("SrcT", BFLOAT16), type("DstT", binding.TF_FLOAT), bool("Truncate", false)];
const NARROW = [type("SrcT", binding.TF_FLOAT), type("DstT", BFLOAT16), bool("Truncate", false)];
const GATHER = [
  { name: "batch_dims", type: binding.TF_ATTR_INT, value: 0 },
  type("Tparams", BFLOAT16),
  type("Tindices", binding.TF_INT32),
  type("Taxis", binding.TF_INT32),
];
const multiply = (transposeB: boolean) => [
  type("T", BFLOAT16),
  bool("transpose_a", false),
  bool("transpose_b", transposeB),
];

/** The fp32 tensor of a bfloat16 handle; exact. */
const widen = (id: number): Tensor => backend.createOutputTensor(execute("Cast", WIDEN, [id]));
const idOf = (tensor: Tensor): number => backend.getInputTensorIds([tensor])[0]!;

/** Runs `use` with a bfloat16 handle and frees it. */
function withHandle<T>(id: number, use: (id: number) => T): T {
  try {
    return use(id);
  } finally {
    binding.deleteTensor(id);
  }
}

const narrowed = <T>(x: Tensor, use: (id: number) => T): T =>
  withHandle(execute("Cast", NARROW, [idOf(x)]).id, use);

/** The type in which activations meet a frozen weight: fp32 is exact, bfloat16 faster and accurate to three digits. */
export type MultiplyIn = "float32" | "bfloat16";

interface Block {
  id: number;
  firstRow: number;
  rows: number;
}

// One buffer that every block is read into. TensorFlow takes over memory that is 64-byte aligned and copies other
// memory; JS buffers are at least 8-byte aligned, so one byte off makes it always a copy, and the buffer free again.
let staging = new Uint8Array(0);

function upload(rows: number, columns: number, fill: (target: Uint8Array) => void): number {
  const bytes = rows * columns * 2;
  if (staging.byteLength < bytes + 1) staging = new Uint8Array(bytes + 1);
  const target = staging.subarray(1, bytes + 1);
  fill(target);
  return withHandle(
    binding.createTensor([rows, columns, 2], binding.TF_UINT8, target),
    (raw) => execute("Bitcast", BITCAST, [raw]).id,
  );
}

/** A matrix [rows, columns] of bfloat16 weights that takes no gradient; free it with `dispose`. */
export class FrozenTensor {
  readonly size: number;
  readonly bytes: number;
  private readonly blocks: Block[] = [];
  private disposed = false;

  private constructor(
    readonly shape: readonly [number, number],
    readonly multiplyIn: MultiplyIn,
  ) {
    this.size = shape[0] * shape[1];
    this.bytes = 2 * this.size;
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
    const [rows, columns] = shape;
    const frozen = new FrozenTensor(shape, multiplyIn);
    const step = Math.ceil(rows / Math.ceil(frozen.bytes / BLOCK_BYTES));
    countFrozen(frozen.bytes, 1);
    try {
      for (let firstRow = 0; firstRow < rows; firstRow += step) {
        const part = Math.min(step, rows - firstRow);
        const id = upload(part, columns, (target) => read(target, firstRow * columns * 2));
        frozen.blocks.push({ id, firstRow, rows: part });
      }
    } catch (error) {
      frozen.dispose();
      throw error;
    }
    return frozen;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    for (const { id } of this.blocks.splice(0)) binding.deleteTensor(id);
    countFrozen(this.bytes, -1);
  }

  /** The whole matrix in fp32, exact. */
  toFloat32(): Tensor {
    return tf.tidy(() => {
      const parts = this.live().map(({ id }) => widen(id));
      return concat(parts, 0);
    });
  }

  /** The values in fp32, row-major. */
  dataSync(): Float32Array {
    return tf.tidy(() => this.toFloat32().dataSync() as Float32Array);
  }

  /** x wᵀ: [n, columns] -> [n, rows]; at most one block is in fp32 at a time. */
  timesTransposed(x: Tensor): Tensor {
    this.checkInner("x wᵀ", x, this.shape[1]);
    return tf.tidy(() => {
      const parts = this.live().map(({ id }) => this.product(x, id, true));
      return concat(parts, 1);
    });
  }

  /** x w: [n, rows] -> [n, columns], the gradient of `timesTransposed` with respect to x. */
  times(x: Tensor): Tensor {
    this.checkInner("x w", x, this.shape[0]);
    return tf.tidy(() => {
      let total: Tensor | undefined;
      for (const block of this.live()) {
        const sum: Tensor = tf.tidy(() => {
          const part =
            this.blocks.length === 1 ? x : slice(x, [0, block.firstRow], [x.shape[0]!, block.rows]);
          const product = this.product(part, block.id, false);
          return total ? add(total, product) : product;
        });
        total?.dispose();
        total = sum;
      }
      return total!;
    });
  }

  /** Rows by number, int32 [n], in fp32: [n, columns]. */
  rows(numbers: Tensor): Tensor {
    const wanted = [...(numbers.dataSync() as Int32Array)];
    return tf.tidy(() => {
      const found: Tensor[] = [];
      const places = new Int32Array(wanted.length);
      let place = 0;
      for (const { id, firstRow, rows } of this.live()) {
        const here: number[] = [];
        for (const [i, row] of wanted.entries()) {
          if (row < firstRow || row >= firstRow + rows) continue;
          places[i] = place++;
          here.push(row - firstRow);
        }
        if (here.length === 0) continue;
        const inputs = [id, idOf(tf.tensor1d(here, "int32")), idOf(tf.scalar(0, "int32"))];
        found.push(withHandle(execute("GatherV2", GATHER, inputs).id, widen));
      }
      if (place !== wanted.length) {
        throw new Error(`A row number lies outside the matrix of ${this.shape[0]} rows.`);
      }
      return gatherRows(concat(found, 0), tf.tensor1d(places, "int32"));
    });
  }

  private product(x: Tensor, block: number, transposed: boolean): Tensor {
    if (this.multiplyIn === "float32") {
      return tf.tidy(() => matMul(x, widen(block), false, transposed));
    }
    return narrowed(x, (input) =>
      withHandle(execute("MatMul", multiply(transposed), [input, block]).id, widen),
    );
  }

  private checkInner(what: string, x: Tensor, inner: number): void {
    if (x.rank !== 2 || x.shape[1] !== inner) {
      throw new Error(`${what}: x [${x.shape}] does not fit the frozen weight [${this.shape}].`);
    }
  }

  private live(): Block[] {
    if (this.disposed) throw new Error(`The frozen weight [${this.shape}] was disposed.`);
    return this.blocks;
  }
}

/** A model's weight: a tensor, or a frozen matrix that stays bfloat16. */
export type Weight = Tensor | FrozenTensor;

/** x wᵀ: [n, in] · [out, in]ᵀ -> [n, out]. */
export const timesTransposed = (x: Tensor, weight: Weight): Tensor =>
  weight instanceof FrozenTensor ? weight.timesTransposed(x) : matMul(x, weight, false, true);

/** x w: [n, out] · [out, in] -> [n, in]. */
export const times = (x: Tensor, weight: Weight): Tensor =>
  weight instanceof FrozenTensor ? weight.times(x) : matMul(x, weight);

/** Rows of a weight by number, int32 [n]: [n, in]. */
export const weightRows = (weight: Weight, numbers: Tensor): Tensor =>
  weight instanceof FrozenTensor ? weight.rows(numbers) : gatherRows(weight, numbers);

/** A weight as an fp32 tensor of the caller's own: a copy of a frozen one, another handle on the same memory else. */
export const float32Weight = (weight: Weight): Tensor =>
  weight instanceof FrozenTensor ? weight.toFloat32() : weight.clone();
