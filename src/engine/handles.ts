// Tensors by number in TensorFlow's binding, for dtypes that tfjs does not know: bfloat16 and bytes.
import { type Attribute, backend, binding, int, type } from "./binding";
import type { Tensor } from "./tf";

export const FLOAT = binding.TF_FLOAT;
export const INT32 = binding.TF_INT32;
export const UINT8 = binding.TF_UINT8;
export const BFLOAT16 = 14;

/** Runs an op on tensors by number; the result's number belongs to the caller. */
export const execute = (op: string, attributes: Attribute[], inputs: number[]): number =>
  backend.binding.executeOp(op, attributes, inputs, 1)[0]!.id;

/** Runs an op whose result is of a dtype that tfjs knows, and hands it to tfjs. */
export const executeTensor = (op: string, attributes: Attribute[], inputs: number[]): Tensor =>
  backend.createOutputTensor(backend.binding.executeOp(op, attributes, inputs, 1)[0]!);

export const release = (id: number): void => binding.deleteTensor(id);

/** Runs `use` with a tensor by number and frees it. */
export function withHandle<T>(id: number, use: (id: number) => T): T {
  try {
    return use(id);
  } finally {
    binding.deleteTensor(id);
  }
}

// One buffer that all bytes are read into. TensorFlow takes over memory that is 64-byte aligned and copies other
// memory; JS buffers are at least 8-byte aligned, so one byte off makes it always a copy, and the buffer free again.
let staging = new Uint8Array(0);

/** A tensor of bytes in the engine, by number; `fill` writes them into a buffer that is used again. */
export function upload(shape: number[], fill: (target: Uint8Array) => void): number {
  const bytes = shape.reduce((a, b) => a * b, 1);
  if (staging.byteLength < bytes + 1) staging = new Uint8Array(bytes + 1);
  const target = staging.subarray(1, bytes + 1);
  fill(target);
  return binding.createTensor(shape, binding.TF_UINT8, target);
}

/** Attributes of a gather of rows of `dtype` by int32 numbers. */
export const gatherAttributes = (dtype: number): Attribute[] => [
  int("batch_dims", 0),
  type("Tparams", dtype),
  type("Tindices", INT32),
  type("Taxis", INT32),
];
