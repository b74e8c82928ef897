// TensorFlow's binding below tfjs: tensors by number, attributes, the one door through which every op goes.
import { type Tensor, tf } from "./tf";

export interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

/** A tensor below tfjs: its number in the binding, its shape and TensorFlow's number of its dtype. */
export interface Handle {
  id: number;
  shape: number[];
  dtype: number;
}

export interface Binding {
  TF_ATTR_TYPE: number;
  TF_ATTR_BOOL: number;
  TF_ATTR_INT: number;
  TF_ATTR_FLOAT: number;
  TF_ATTR_STRING: number;
  TF_FLOAT: number;
  TF_INT32: number;
  TF_BOOL: number;
  TF_UINT8: number;
  createTensor(shape: number[], dtype: number, data: Uint8Array): number;
  executeOp(op: string, attributes: Attribute[], inputs: number[], outputs: number): Handle[];
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  deleteTensor(id: number): void;
  loadSavedModel(directory: string, tags: string): number;
  runSavedModel(session: number, inputs: number[], inputNames: string, outputNames: string): Handle[];
  deleteSavedModel(session: number): void;
}

interface NativeBackend {
  /** Another one while ops are recorded: what is to be seen calls it here. */
  binding: Binding;
  getInputTensorIds(tensors: Tensor[]): number[];
  createOutputTensor(handle: Handle): Tensor;
  executeSingleOutput(op: string, attributes: Attribute[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(op: string, attributes: Attribute[], inputs: Tensor[], outputs: number): Tensor[];
}

export const backend = tf.backend() as unknown as NativeBackend;
export const { binding } = backend;

/** TensorFlow's numbers of the dtypes that tfjs knows. */
const DTYPES: Record<string, number> = {
  float32: binding.TF_FLOAT,
  int32: binding.TF_INT32,
  bool: binding.TF_BOOL,
};

/** TensorFlow's number of a tfjs dtype. Throws for one that has none here. */
export function dtypeNumber(dtype: string): number {
  const found = DTYPES[dtype];
  if (found === undefined) {
    throw new Error(`dtype: expected one of ${Object.keys(DTYPES).join(", ")}, found "${dtype}".`);
  }
  return found;
}

export const type = (name: string, value: number): Attribute => ({
  name,
  type: binding.TF_ATTR_TYPE,
  value,
});
export const bool = (name: string, value: boolean): Attribute => ({
  name,
  type: binding.TF_ATTR_BOOL,
  value,
});
export const int = (name: string, value: number): Attribute => ({ name, type: binding.TF_ATTR_INT, value });

/** The number of a tensor in the binding; puts its values there first where they still wait in JS. */
export const idOf = (tensor: Tensor): number => backend.getInputTensorIds([tensor])[0]!;
