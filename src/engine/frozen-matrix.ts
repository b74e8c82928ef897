// A weight matrix that takes no gradient and lies in the engine in blocks of rows, narrower than fp32.
import { countFrozen } from "./ledger";
import { add, concat, gatherRows, matMul, slice } from "./raw";
import { type Tensor, tf } from "./tf";

/** A block's fp32 copy takes at most this many bytes, so that it stays in the processor's cache. */
const BLOCK_BYTES = 16 * 2 ** 20;

export interface Block {
  firstRow: number;
  rows: number;
}

export abstract class FrozenMatrix<B extends Block = Block> {
  readonly size: number;
  protected readonly blocks: B[] = [];
  private disposed = false;

  /**
   * @param bytes what the matrix takes in the engine
   * @param unseen how much of that `tf.memory()` does not count; it stands in the ledger until the matrix is disposed
   */
  protected constructor(
    readonly shape: readonly [number, number],
    readonly bytes: number,
    private readonly unseen = bytes,
  ) {
    this.size = shape[0] * shape[1];
    countFrozen(unseen, 1);
  }

  /** The fp32 tensor [rows, columns] of a block. */
  protected abstract widen(block: B): Tensor;
  /** Rows of a block by number in it, int32 [n]: fp32 [n, columns]. */
  protected abstract widenRows(block: B, numbers: Tensor): Tensor;
  /** Frees what a block holds. */
  protected abstract release(block: B): void;

  /** Makes the blocks one after the other; when one fails, those made are freed. */
  protected fill(make: (firstRow: number, rows: number) => B): void {
    const [rows] = this.shape;
    const step = Math.ceil(rows / Math.ceil((4 * this.size) / BLOCK_BYTES));
    try {
      for (let firstRow = 0; firstRow < rows; firstRow += step)
        this.blocks.push(make(firstRow, Math.min(step, rows - firstRow)));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    for (const block of this.blocks.splice(0)) this.release(block);
    countFrozen(this.unseen, -1);
  }

  /** The whole matrix in fp32. */
  toFloat32(): Tensor {
    return tf.tidy(() => {
      const parts = this.live().map((block) => this.widen(block));
      return concat(parts, 0);
    });
  }

  /** The values in fp32, row-major. */
  dataSync(): Float32Array {
    // Not in a tidy: it would look for tensors in every element of the array that leaves it.
    const whole = this.toFloat32();
    const values = whole.dataSync() as Float32Array;
    whole.dispose();
    return values;
  }

  /** x wᵀ: [n, columns] -> [n, rows]; at most one block is in fp32 at a time. */
  timesTransposed(x: Tensor): Tensor {
    this.checkInner("x wᵀ", x, this.shape[1]);
    return tf.tidy(() => {
      const parts = this.live().map((block) => this.product(x, block, true));
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
          const product = this.product(part, block, false);
          return total ? add(total, product) : product;
        });
        total?.dispose();
        total = sum;
      }
      return total!;
    });
  }

  /** Calls `use` with the rows in order, in fp32, one block at a time; the tensor is freed afterwards. */
  forEachBlock(use: (rows: Tensor, firstRow: number) => void): void {
    for (const block of this.live()) {
      const rows = this.widen(block);
      use(rows, block.firstRow);
      rows.dispose();
    }
  }

  /** Rows by number, int32 [n], in fp32: [n, columns]. */
  rows(numbers: Tensor): Tensor {
    const wanted = [...(numbers.dataSync() as Int32Array)];
    return tf.tidy(() => {
      const found: Tensor[] = [];
      const indices = new Int32Array(wanted.length);
      let place = 0;
      for (const block of this.live()) {
        const here: number[] = [];
        for (const [i, row] of wanted.entries()) {
          if (row < block.firstRow || row >= block.firstRow + block.rows) continue;
          indices[i] = place++;
          here.push(row - block.firstRow);
        }
        if (here.length > 0) found.push(this.widenRows(block, tf.tensor1d(here, "int32")));
      }
      if (place !== wanted.length) {
        throw new Error(`A row number lies outside the matrix of ${this.shape[0]} rows.`);
      }
      return gatherRows(concat(found, 0), tf.tensor1d(indices, "int32"));
    });
  }

  protected product(x: Tensor, block: B, transposed: boolean): Tensor {
    return tf.tidy(() => matMul(x, this.widen(block), false, transposed));
  }

  private checkInner(what: string, x: Tensor, inner: number): void {
    if (x.rank !== 2 || x.shape[1] !== inner) {
      throw new Error(`${what}: x [${x.shape}] does not fit the frozen weight [${this.shape}].`);
    }
  }

  private live(): B[] {
    if (this.disposed) throw new Error(`The frozen weight [${this.shape}] was disposed.`);
    return this.blocks;
  }
}
