// What graphs need of TensorFlow's binding: tensors by number, one door through which every op goes, saved models.
import { type Tensor, tf } from "../tf";

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
  executeOp(op: string, attributes: Attribute[], inputs: number[], outputs: number): Handle[];
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  deleteTensor(id: number): void;
  loadSavedModel(directory: string, tags: string): number;
  runSavedModel(session: number, inputs: number[], inputNames: string, outputNames: string): Handle[];
  deleteSavedModel(session: number): void;
}

interface NativeBackend {
  binding: Binding;
  getInputTensorIds(tensors: Tensor[]): number[];
  createOutputTensor(handle: Handle): Tensor;
}

export const backend = tf.backend() as unknown as NativeBackend;
export const { binding } = backend;

/** The number of a tensor in the binding; puts its values there first where they still wait in JS. */
export const idOf = (tensor: Tensor): number => backend.getInputTensorIds([tensor])[0]!;
