// A plan as the nodes of a TensorFlow graph: inputs are placeholders, state is in variables that outlive a run.
import { type Attribute, binding } from "./binding";
import type { Dimension, Plan, PlannedLeaf } from "./plan";
import { type AttributeValue, type Node, shapeOf } from "./saved-model";
import type { Leaf, Source } from "./trace";

/** Names by which a session feeds and fetches. */
export interface GraphNames {
  /** Placeholder of an input. */
  input: (name: string) => string;
  output: (name: string) => string;
  /** Fetched with the outputs: ready when the state has been written. */
  done: string;
  /** The state as it is. */
  read: (name: string) => string;
  /** Placeholder of a state tensor, for `restored`. */
  restore: (name: string) => string;
  /** Fetched to write all placeholders of `restore` into the state. */
  restored: string;
}

const { TF_INT32 } = binding;
const type = (value: number): AttributeValue => ({ type: value });

/** The graph of a plan and the names in it. With `strandOf` the ops that lead to outputs of one strand run in their order. */
export function graphNodes(
  planned: Plan,
  strandOf?: (output: string) => string,
): { nodes: Node[]; names: GraphNames } {
  const { ops, leaves, inputs, state, outputs, nextState } = planned;
  const before = strandOf ? predecessors(planned, strandOf) : [];
  const nodes: Node[] = [];
  const add = (name: string, op: string, input: string[], attr: Node["attr"]) => {
    nodes.push({ name, op, input, attr });
    return name;
  };
  const inputNumber = new Map(Object.keys(inputs).map((name, i) => [name, i]));
  const stateNumber = new Map(Object.keys(state).map((name, i) => [name, i]));
  const nameOf = (source: Source): string => {
    switch (source.kind) {
      case "op":
        return `op${source.node}:${source.output}`;
      case "input":
        return `in${inputNumber.get(source.name)}`;
      case "state":
        return `read${stateNumber.get(source.name)}`;
      case "leaf":
        return `leaf${source.leaf}`;
    }
  };

  for (const [name, { shape, dtype }] of Object.entries(inputs)) {
    add(`in${inputNumber.get(name)}`, "Placeholder", [], {
      dtype: type(dtype),
      shape: { shape: shapeOf(shape) },
    });
  }
  for (const [name, { shape, dtype }] of Object.entries(state)) {
    const i = stateNumber.get(name);
    const typed = { dtype: type(dtype), shape: { shape: shapeOf(shape) } };
    add(`state${i}`, "VarHandleOp", [], { ...typed, shared_name: { s: Buffer.from(`state${i}`) } });
    add(`read${i}`, "ReadVariableOp", [`state${i}`], { dtype: type(dtype) });
    add(`given${i}`, "Placeholder", [], typed);
    add(`restore${i}`, "AssignVariableOp", [`state${i}`, `given${i}`], { dtype: type(dtype) });
  }
  addLeaves(leaves, (dimension) => `in${inputNumber.get(dimension.input)}`, inputs, add);
  for (const [i, { op, attributes, inputs }] of ops.entries()) {
    const attr = Object.fromEntries(attributes.map((a) => [a.name, attributeValue(op, a)]));
    const after = before[i] === undefined ? [] : [`^op${before[i]}`];
    add(`op${i}`, op, [...inputs.map(nameOf), ...after], attr);
  }
  const written: string[] = [];
  for (const [name, source] of Object.entries(nextState)) {
    const i = stateNumber.get(name);
    if (source.kind === "state" && source.name === name) continue;
    // The new value may not depend on the old one, which must be read before it is gone.
    add(`write${i}`, "AssignVariableOp", [`state${i}`, nameOf(source), `^read${i}`], {
      dtype: type(state[name]!.dtype),
    });
    written.push(`^write${i}`);
  }
  const outputNumber = new Map(Object.keys(outputs).map((name, i) => [name, i]));
  for (const [name, { source, dtype }] of Object.entries(outputs)) {
    add(`out${outputNumber.get(name)}`, "Identity", [nameOf(source)], { T: type(dtype) });
  }
  add("one", "Const", [], constant(TF_INT32, [], Int32Array.of(1)));
  add("done", "Identity", ["one", ...written], { T: type(TF_INT32) });
  const restores = [...stateNumber.values()].map((i) => `^restore${i}`);
  add("restored", "Identity", ["one", ...restores], { T: type(TF_INT32) });

  return {
    nodes,
    names: {
      input: (name) => `in${inputNumber.get(name)}:0`,
      output: (name) => `out${outputNumber.get(name)}:0`,
      done: "done:0",
      read: (name) => `read${stateNumber.get(name)}:0`,
      restore: (name) => `given${stateNumber.get(name)}:0`,
      restored: "restored:0",
    },
  };
}

/** For each op the one before it in its strand: that of the first output which it leads to. */
function predecessors({ ops, outputs }: Plan, strandOf: (output: string) => string): (number | undefined)[] {
  const strands = new Array<string | undefined>(ops.length);
  const mark = (source: Source, strand: string): void => {
    if (source.kind !== "op" || strands[source.node] !== undefined) return;
    strands[source.node] = strand;
    for (const input of ops[source.node]!.inputs) mark(input, strand);
  };
  for (const [name, { source }] of Object.entries(outputs)) mark(source, strandOf(name));
  const last = new Map<string, number>();
  return strands.map((strand, i) => {
    if (strand === undefined) return undefined;
    const found = last.get(strand);
    last.set(strand, i);
    return found;
  });
}

type Add = (name: string, op: string, input: string[], attr: Node["attr"]) => string;

function constant(dtype: number, shape: readonly number[], data: Leaf["data"]): Node["attr"] {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return {
    dtype: type(dtype),
    value: { tensor: { dtype, tensor_shape: shapeOf(shape), tensor_content: bytes } },
  };
}

/** Constants as they are; integers that follow an input's size are computed from its shape at every run. */
function addLeaves(
  leaves: readonly PlannedLeaf[],
  placeholder: (dimension: Dimension) => string,
  inputs: Plan["inputs"],
  add: Add,
): void {
  const made = new Set<string>();
  const once = (name: string, make: (name: string) => void) => {
    if (!made.has(name)) make(name);
    made.add(name);
    return name;
  };
  const ints = (values: readonly number[], shape = [values.length]) =>
    once(`ints_${shape.length}_${values.join("_").replaceAll("-", "m")}`, (name) =>
      add(name, "Const", [], constant(TF_INT32, shape, Int32Array.from(values))),
    );
  const INDEX = { T: type(TF_INT32), Index: type(TF_INT32) };

  /** [1] */
  const dimensionNode = (dimension: Dimension): string => {
    const from = placeholder(dimension);
    const { axis, factor } = dimension;
    const sizes = once(`shape_${from}`, (name) =>
      add(name, "Shape", [from], { T: type(inputs[dimension.input]!.dtype), out_type: type(TF_INT32) }),
    );
    const size = once(`${sizes}_${axis}`, (name) =>
      add(name, "Slice", [sizes, ints([axis]), ints([1])], INDEX),
    );
    if (factor === 1) return size;
    return once(`${size}_${factor}`, (name) =>
      add(name, "Mul", [size, ints([factor])], { T: type(TF_INT32) }),
    );
  };

  for (const [i, leaf] of leaves.entries()) {
    const name = `leaf${i}`;
    if (leaf.kind === "constant") {
      const { dtype, shape, data } = leaf.leaf;
      add(name, "Const", [], constant(dtype, shape, data));
      continue;
    }
    const parts = leaf.elements.map((element) =>
      typeof element === "number" ? ints([element]) : dimensionNode(element),
    );
    if (leaf.shape.length === 0 || parts.length === 1) {
      add(name, "Reshape", [parts[0]!, ints(leaf.shape)], { T: type(TF_INT32), Tshape: type(TF_INT32) });
    } else {
      add(name, "ConcatV2", [...parts, ints([0], [])], {
        N: { i: parts.length },
        T: type(TF_INT32),
        Tidx: type(TF_INT32),
      });
    }
  }
}

function attributeValue(op: string, { name, type: kind, value }: Attribute): AttributeValue {
  switch (kind) {
    case binding.TF_ATTR_TYPE:
      return { type: value as number };
    case binding.TF_ATTR_BOOL:
      if (typeof value === "boolean") return { b: value };
      break;
    case binding.TF_ATTR_INT:
      return Array.isArray(value) ? { list: { i: value as number[] } } : { i: value as number };
    case binding.TF_ATTR_FLOAT:
      if (typeof value === "number") return { f: value };
      break;
    case binding.TF_ATTR_STRING:
      return { s: Buffer.from(value as string) };
  }
  throw new Error(`Attribute ${name} of op ${op}, ${JSON.stringify(value)}, has no form in a graph yet.`);
}
