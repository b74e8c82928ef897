// Records what a computation does: every op that reaches TensorFlow's binding, whichever way it took there.
import type { Tensor } from "../tf";
import { type Attribute, type Binding, backend, binding, type Handle, idOf } from "./binding";

/** Tensors by name. */
export type Named = Record<string, Tensor>;

/** One output of something in a trace: an op's (`node`), or a tensor that was there before it. */
export type Source =
  | { kind: "op"; node: number; output: number }
  | { kind: "input"; name: string }
  | { kind: "state"; name: string }
  | { kind: "leaf"; leaf: number };

export interface TracedOp {
  op: string;
  attributes: Attribute[];
  inputs: Source[];
}

/** A tensor that was read without being made by an op or declared: a weight, a factor, a shape. */
export interface Leaf {
  id: number;
  shape: number[];
  dtype: number;
  data: Float32Array | Int32Array | Uint8Array;
  /** Where it is read first, for messages. */
  reader: string;
}

export interface Trace {
  ops: TracedOp[];
  leaves: Leaf[];
  /** Shapes of the declared inputs. */
  inputs: Record<string, { shape: number[]; dtype: number }>;
  state: Record<string, { shape: number[]; dtype: number }>;
  outputs: Record<string, { source: Source; dtype: number }>;
  /** What each state tensor is after the computation. */
  nextState: Record<string, Source>;
}

const dtypeOf = (tensor: Tensor): number => {
  const known: Record<string, number> = {
    float32: binding.TF_FLOAT,
    int32: binding.TF_INT32,
    bool: binding.TF_BOOL,
  };
  const dtype = known[tensor.dtype];
  if (dtype === undefined) throw new Error(`A graph cannot take a tensor of dtype "${tensor.dtype}".`);
  return dtype;
};

const described = (tensors: Named) =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      { shape: [...tensor.shape], dtype: dtypeOf(tensor) },
    ]),
  );

/** What the recorded computation is given and gives: state is read before and after it. */
export interface Traced {
  inputs: Named;
  state: () => Named;
  run: () => Named;
}

/** Runs `run` once, as it is, and returns the ops it took. Its inputs and state must not be freed before it ends. */
export function trace({ inputs, state, run }: Traced): Trace {
  const sources = new Map<number, Source>();
  const ops: TracedOp[] = [];
  const leaves: Leaf[] = [];
  for (const [name, tensor] of Object.entries(inputs)) sources.set(idOf(tensor), { kind: "input", name });
  const before = state();
  for (const [name, tensor] of Object.entries(before)) sources.set(idOf(tensor), { kind: "state", name });

  const sourceOf = (id: number, op: string): Source => {
    const known = sources.get(id);
    if (known) return known;
    const source: Source = { kind: "leaf", leaf: leaves.length };
    leaves.push(readLeaf(id, `op ${ops.length} (${op})`));
    sources.set(id, source);
    return source;
  };
  const executeOp: Binding["executeOp"] = (op, attributes, inputIds, outputs) => {
    const node = ops.length;
    const from = inputIds.map((id) => sourceOf(id, op));
    const made = binding.executeOp(op, attributes, inputIds, outputs);
    ops.push({ op, attributes: [...attributes], inputs: from });
    for (const [output, { id }] of made.entries()) sources.set(id, { kind: "op", node, output });
    return made;
  };

  backend.binding = Object.create(binding, { executeOp: { value: executeOp } }) as Binding;
  let results: Named;
  try {
    results = run();
  } finally {
    backend.binding = binding;
  }
  const found = (tensors: Named) =>
    Object.entries(tensors).map(
      ([name, t]) => [name, sourceOf(idOf(t), `result ${name}`), dtypeOf(t)] as const,
    );
  return {
    ops,
    leaves,
    inputs: described(inputs),
    state: described(before),
    outputs: Object.fromEntries(found(results).map(([name, source, dtype]) => [name, { source, dtype }])),
    nextState: Object.fromEntries(found(state()).map(([name, source]) => [name, source])),
  };
}

const SHAPE_TYPES = (dtype: number): Attribute[] => [
  { name: "T", type: binding.TF_ATTR_TYPE, value: dtype },
  { name: "out_type", type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 },
];

function readLeaf(id: number, reader: string): Leaf {
  const data = binding.tensorDataSync(id);
  const dtype =
    data instanceof Float32Array
      ? binding.TF_FLOAT
      : data instanceof Int32Array
        ? binding.TF_INT32
        : binding.TF_BOOL;
  const [shape] = binding.executeOp("Shape", SHAPE_TYPES(dtype), [id], 1) as [Handle];
  const leaf = { id, shape: [...binding.tensorDataSync(shape.id)], dtype, data: data.slice(), reader };
  binding.deleteTensor(shape.id);
  return leaf;
}
