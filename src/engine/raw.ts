// TensorFlow ops called directly, without tfjs's wrappers: no broadcasting bookkeeping, constants made once.
// They record nothing on the gradient tape; models wrap them with `withGradient` (gradient.ts).
import { type Attribute, backend, bool, dtypeNumber, int, type as typeAttribute } from "./binding";
import { type Tensor, tf } from "./tf";

const type = (name: string, dtype: string): Attribute => typeAttribute(name, dtypeNumber(dtype));

const FLOAT = [type("T", "float32")];
const REDUCE = (keep: boolean) => [bool("keep_dims", keep), type("T", "float32"), type("Tidx", "int32")];
const REDUCE_KEEP = REDUCE(true);
const REDUCE_DROP = REDUCE(false);
const SMALL_PRODUCT = [type("Ta", "float32"), type("Tb", "float32"), type("Tout", "float32")];
const REVERSE = [type("Tidx", "int32"), type("T", "float32")];

// Axes, shapes and factors recur every step. A run over many text lengths makes many shapes, so the store is bounded.
const constants = new Map<string, Tensor>();
const MAX_CONSTANTS = 2000;

function constant(key: string, make: () => Tensor): Tensor {
  let value = constants.get(key);
  if (!value || value.isDisposed) {
    if (constants.size >= MAX_CONSTANTS) {
      tf.dispose([...constants.values()]);
      constants.clear();
    }
    value = tf.keep(tf.tidy(make));
    constants.set(key, value);
  }
  return value;
}

/** A float32 scalar that lives as long as the process. */
export const scalar = (value: number): Tensor => constant(`f${value}`, () => tf.scalar(value));
/** An int32 vector that lives as long as the process: axes, shapes, permutations. */
const ints = (values: readonly number[]): Tensor =>
  constant(`i${values.join(",")}`, () => tf.tensor1d(values as number[], "int32"));
const int32 = (value: number): Tensor => constant(`s${value}`, () => tf.scalar(value, "int32"));

const unary = (op: string) => (x: Tensor) => backend.executeSingleOutput(op, FLOAT, [x]);
const binary = (op: string) => (a: Tensor, b: Tensor) => backend.executeSingleOutput(op, FLOAT, [a, b]);

export const add = binary("AddV2");
export const sub = binary("Sub");
export const mul = binary("Mul");
export const div = binary("RealDiv");
export const maximum = binary("Maximum");
export const square = unary("Square");
export const sqrt = unary("Sqrt");
export const rsqrt = unary("Rsqrt");
export const exp = unary("Exp");
export const log = unary("Log");
export const tanh = unary("Tanh");
export const sigmoid = unary("Sigmoid");
export const neg = unary("Neg");
/** dy · (1 - y²), the gradient of y = tanh(x), in one op. */
export const tanhGradient = binary("TanhGrad");
/** dy · y · (1 - y), the gradient of y = sigmoid(x), in one op. */
export const sigmoidGradient = binary("SigmoidGrad");
/** Softmax over the last axis. */
export const softmax = unary("Softmax");
/** Log-softmax over the last axis. */
export const logSoftmax = unary("LogSoftmax");

/** x times a number. */
export const scale = (x: Tensor, factor: number) => mul(x, scalar(factor));

const reduce =
  (op: string) =>
  (x: Tensor, axis: number, keepDims = false) =>
    backend.executeSingleOutput(op, keepDims ? REDUCE_KEEP : REDUCE_DROP, [x, ints([axis])]);
export const sum = reduce("Sum");
export const mean = reduce("Mean");
export const max = reduce("Max");

/** Sum of all elements, a scalar. */
export const sumAll = (x: Tensor): Tensor =>
  backend.executeSingleOutput("Sum", REDUCE_DROP, [x, ints(x.shape.map((_, i) => i))]);

/** a·b for matrices, either one transposed. */
export const matMul = (a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor => {
  const inner = a.shape[transposeA ? 0 : 1];
  const other = b.shape[transposeB ? 1 : 0];
  // TensorFlow aborts the process on some bad shapes, so they are checked before the binding.
  if (a.rank !== 2 || b.rank !== 2 || inner !== other) {
    throw new Error(
      `matMul: shapes [${a.shape}]${transposeA ? "ᵀ" : ""} and [${b.shape}]${transposeB ? "ᵀ" : ""} do not fit.`,
    );
  }
  return backend.executeSingleOutput(
    "MatMul",
    [type("T", "float32"), bool("transpose_a", transposeA), bool("transpose_b", transposeB)],
    [a, b],
  );
};

/** a·b for the last two axes of tensors with equal leading axes, either one transposed. */
export const batchMatMul = (a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor =>
  backend.executeSingleOutput(
    "BatchMatMulV2",
    [type("T", "float32"), bool("adj_x", transposeA), bool("adj_y", transposeB)],
    [a, b],
  );

/** The same by one thread and without oneDNN: a fifth of the time where there is next to nothing to multiply. */
export const smallBatchMatMul = (a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor =>
  backend.executeSingleOutput(
    "BatchMatMulV3",
    [...SMALL_PRODUCT, bool("adj_x", transposeA), bool("adj_y", transposeB)],
    [a, b],
  );

export const reshape = (x: Tensor, shape: readonly number[]): Tensor =>
  backend.executeSingleOutput("Reshape", [type("T", x.dtype), type("Tshape", "int32")], [x, ints(shape)]);

export const transpose = (x: Tensor, permutation: readonly number[]): Tensor =>
  backend.executeSingleOutput(
    "Transpose",
    [type("T", x.dtype), type("Tperm", "int32")],
    [x, ints(permutation)],
  );

const pack = (axis: number) => (tensors: readonly Tensor[]) =>
  backend.executeSingleOutput(
    "Pack",
    [int("N", tensors.length), type("T", tensors[0]!.dtype), int("axis", axis)],
    [...tensors],
  );
/** Vectors [n] as the rows of a matrix [count, n]. */
export const stack = pack(0);
/** Vectors [n] as the columns of a matrix [n, count]. */
export const columns = pack(1);

export const concat = (tensors: readonly Tensor[], axis: number): Tensor =>
  tensors.length === 1
    ? tensors[0]!
    : backend.executeSingleOutput(
        "ConcatV2",
        [int("N", tensors.length), type("T", tensors[0]!.dtype), type("Tidx", "int32")],
        [...tensors, int32(axis)],
      );

export const slice = (x: Tensor, begin: readonly number[], size: readonly number[]): Tensor =>
  backend.executeSingleOutput(
    "Slice",
    [type("T", x.dtype), type("Index", "int32")],
    [x, ints(begin), ints(size)],
  );

/** Cuts x along an axis into pieces of the given sizes. */
export const split = (x: Tensor, sizes: readonly number[], axis: number): Tensor[] =>
  sizes.length === 1
    ? [x.clone()]
    : backend.executeMultipleOutputs(
        "SplitV",
        [int("num_split", sizes.length), type("T", x.dtype), type("Tlen", "int32")],
        [x, ints(sizes), int32(axis)],
        sizes.length,
      );

/** Swaps the two halves of the last axis. As a reversal of pairs, since Roll takes up to 200 µs for a few numbers. */
export const swapHalves = (x: Tensor): Tensor => {
  const width = x.shape[x.rank - 1]!;
  const pairs = reshape(x, [-1, 2, width / 2]);
  const swapped = backend.executeSingleOutput("ReverseV2", REVERSE, [pairs, ints([1])]);
  return reshape(swapped, x.shape);
};

/** Rows of a matrix by index: [rows, width], int32 [n] -> [n, width]. */
export const gatherRows = (x: Tensor, indices: Tensor): Tensor =>
  backend.executeSingleOutput(
    "GatherV2",
    [int("batch_dims", 0), type("Tparams", x.dtype), type("Tindices", "int32"), type("Taxis", "int32")],
    [x, indices, int32(0)],
  );

/** Adds rows into a zero matrix: the gradient of gatherRows. [n, width], int32 [n] -> [rows, width]. */
export const scatterRows = (x: Tensor, indices: Tensor, rows: number): Tensor =>
  backend.executeSingleOutput(
    "UnsortedSegmentSum",
    [type("T", "float32"), type("Tindices", "int32"), type("Tnumsegments", "int32")],
    [x, indices, int32(rows)],
  );

/** Adds values [n] at [row, column] indices, int32 [n, 2], into a zero matrix. */
export const scatterAdd = (indices: Tensor, values: Tensor, shape: readonly number[]): Tensor =>
  backend.executeSingleOutput(
    "ScatterNd",
    [type("T", "float32"), type("Tindices", "int32")],
    [indices, values, ints(shape)],
  );

/** The same for indices of which none comes twice, in a third of the time. */
export const scatter = (indices: Tensor, values: Tensor, shape: readonly number[]): Tensor =>
  backend.executeSingleOutput(
    "SparseToDense",
    [bool("validate_indices", false), type("T", "float32"), type("Tindices", "int32")],
    [indices, ints(shape), values, scalar(0)],
  );

/** x with values subtracted at [row, column] indices; int32 [n, 2], values [n]. */
export const subtractAt = (x: Tensor, indices: Tensor, values: Tensor): Tensor =>
  backend.executeSingleOutput(
    "TensorScatterSub",
    [type("T", "float32"), type("Tindices", "int32")],
    [x, indices, values],
  );

/** x with the values at [row, column] indices put in place of its own; indices int32 [n, rank], values [n]. */
export const overwrite = (x: Tensor, indices: Tensor, values: Tensor): Tensor =>
  backend.executeSingleOutput(
    "TensorScatterUpdate",
    [type("T", x.dtype), type("Tindices", "int32")],
    [x, indices, values],
  );

/** Puts rows [n, width] into x [rows, width] by number, int32 [n]. No copy: x itself changes, and the result is its memory. */
export const putRows = (x: Tensor, numbers: Tensor, rows: Tensor): Tensor =>
  backend.executeSingleOutput("InplaceUpdate", [type("T", x.dtype)], [x, numbers, rows]);

/** Values at [row, column] indices; indices int32 [n, rank] -> [n]. */
export const gatherNd = (x: Tensor, indices: Tensor): Tensor =>
  backend.executeSingleOutput(
    "GatherNd",
    [type("Tparams", x.dtype), type("Tindices", "int32")],
    [x, indices],
  );

/** 0 … count - 1, int32 [count]. */
export const range = (count: number): Tensor =>
  backend.executeSingleOutput("Range", [type("Tidx", "int32")], [int32(0), int32(count), int32(1)]);

/** Index of the largest element of the last axis of a matrix, int32. */
export const argMax = (x: Tensor): Tensor =>
  backend.executeSingleOutput(
    "ArgMax",
    [type("T", x.dtype), type("Tidx", "int32"), type("output_type", "int32")],
    [x, int32(x.rank - 1)],
  );

/** The k largest values of the last axis in any order, and their indices. */
export const topK = (x: Tensor, k: number): [values: Tensor, indices: Tensor] =>
  backend.executeMultipleOutputs(
    "TopKV2",
    [bool("sorted", false), type("T", x.dtype), type("Tk", "int32"), type("index_type", "int32")],
    [x, int32(k)],
    2,
  ) as [Tensor, Tensor];
