// Records what a step does: every op that reaches TensorFlow's binding, whichever way it took there.
import {
  type Attribute,
  type Binding,
  backend,
  binding,
  dtypeNumber,
  type Handle,
  idOf,
  type,
} from "../binding";
import type { Tensor } from "../tf";

/** Tensors by name. */
export type Named = Record<string, Tensor>;

/** A computation on the device that reads nothing but its inputs and, besides, what never changes. */
export type Step = (inputs: Named) => Named;

/** Thrown when a computation is not the same graph on every input. */
export class NotAGraphError extends Error {}

/** One output of something in a trace: an op's (`node`), or a tensor that was there before it. */
export type Source =
  | { kind: "op"; node: number; output: number }
  | { kind: "input"; name: string }
  | { kind: "leaf"; leaf: number };

export interface TracedOp {
  op: string;
  attributes: Attribute[];
  inputs: Source[];
}

/** A tensor that was read without being made by an op or given: a factor, a shape. */
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
  inputs: Record<string, { shape: number[]; dtype: number }>;
  outputs: Record<string, { source: Source; dtype: number }>;
}

/**
 * Runs a step once, as it is, and returns the ops it took; its results are freed. Throws NotAGraphError where the step reads
 * numbers back from the device that follow from its inputs.
 */
export function trace(inputs: Named, step: Step): Trace {
  const sources = new Map<number, Source>();
  const ops: TracedOp[] = [];
  const leaves: Leaf[] = [];
  for (const [name, tensor] of Object.entries(inputs)) sources.set(idOf(tensor), { kind: "input", name });

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
  const tensorDataSync: Binding["tensorDataSync"] = (id) => {
    const source = sources.get(id);
    if (source && source.kind !== "leaf") {
      const what =
        source.kind === "input"
          ? `its input "${source.name}"`
          : `op ${source.node} (${ops[source.node]!.op})`;
      throw new NotAGraphError(
        `The step reads numbers back from ${what}. A step that is to become a graph must leave them on the device.`,
      );
    }
    return binding.tensorDataSync(id);
  };

  backend.binding = Object.create(binding, {
    executeOp: { value: executeOp },
    tensorDataSync: { value: tensorDataSync },
  }) as Binding;
  let results: Named;
  try {
    results = step(inputs);
  } finally {
    backend.binding = binding;
  }
  const outputs = Object.entries(results).map(([name, tensor]) => [
    name,
    { source: sourceOf(idOf(tensor), `result ${name}`), dtype: dtypeNumber(tensor.dtype) },
  ]);
  for (const tensor of Object.values(results)) tensor.dispose();
  const described = Object.entries(inputs).map(([name, { shape, dtype }]) => [
    name,
    { shape: [...shape], dtype: dtypeNumber(dtype) },
  ]);
  return { ops, leaves, inputs: Object.fromEntries(described), outputs: Object.fromEntries(outputs) };
}

function readLeaf(id: number, reader: string): Leaf {
  const data = binding.tensorDataSync(id);
  const dtype =
    data instanceof Float32Array
      ? binding.TF_FLOAT
      : data instanceof Int32Array
        ? binding.TF_INT32
        : binding.TF_BOOL;
  const attributes = [type("T", dtype), type("out_type", binding.TF_INT32)];
  const [shape] = binding.executeOp("Shape", attributes, [id], 1) as [Handle];
  const leaf = { id, shape: [...binding.tensorDataSync(shape.id)], dtype, data: data.slice(), reader };
  binding.deleteTensor(shape.id);
  return leaf;
}
