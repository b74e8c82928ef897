// A plan as the nodes of a TensorFlow graph: inputs are placeholders, open sizes are computed from their shapes at every run.
import { type Attribute, binding } from "../binding";
import { type Axis, axisOf, axisOfSize, type Size } from "./dimensions";
import type { Plan } from "./plan";
import { type AttributeValue, type Node, shapeOf } from "./saved-model";
import type { Leaf, Source } from "./trace";

/** Names by which a session feeds and fetches. */
export interface GraphNames {
  /** Placeholder of an input. */
  input: (name: string) => string;
  output: (name: string) => string;
}

const { TF_INT32 } = binding;
const type = (value: number): AttributeValue => ({ type: value });

/** The graph of a plan and the names in it. With `strandOf` the ops that lead to outputs of one strand run in their order. */
export function graphNodes(
  planned: Plan,
  strandOf?: (output: string) => string,
): { nodes: Node[]; names: GraphNames } {
  const { ops, inputs, outputs } = planned;
  const before = strandOf ? predecessors(planned, strandOf) : [];
  const nodes: Node[] = [];
  const add = (name: string, op: string, input: string[], attr: Node["attr"]) => {
    nodes.push({ name, op, input, attr });
    return name;
  };
  const inputNumber = new Map(Object.keys(inputs).map((name, i) => [name, i]));
  const nameOf = (source: Source): string => {
    switch (source.kind) {
      case "op":
        return `op${source.node}:${source.output}`;
      case "input":
        return `in${inputNumber.get(source.name)}`;
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
  addLeaves(planned, (input) => `in${inputNumber.get(input)}`, add);
  for (const [i, { op, attributes, inputs }] of ops.entries()) {
    const attr = Object.fromEntries(attributes.map((a) => [a.name, attributeValue(op, a)]));
    const after = before[i] === undefined ? [] : [`^op${before[i]}`];
    add(`op${i}`, op, [...inputs.map(nameOf), ...after], attr);
  }
  const outputNumber = new Map(Object.keys(outputs).map((name, i) => [name, i]));
  for (const [name, { source, dtype }] of Object.entries(outputs)) {
    add(`out${outputNumber.get(name)}`, "Identity", [nameOf(source)], { T: type(dtype) });
  }
  return {
    nodes,
    names: {
      input: (name) => `in${inputNumber.get(name)}:0`,
      output: (name) => `out${outputNumber.get(name)}:0`,
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

/** Constants as they are; whole numbers that follow the inputs' sizes are computed from their shapes at every run. */
function addLeaves(
  { leaves, inputs, dimensions }: Plan,
  placeholder: (input: string) => string,
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
  const axisSize = ({ input, axis }: Axis): string => {
    const from = placeholder(input);
    const sizes = once(`shape_${from}`, (node) =>
      add(node, "Shape", [from], { T: type(inputs[input]!.dtype), out_type: type(TF_INT32) }),
    );
    return once(`${sizes}_${axis}`, (node) => add(node, "Slice", [sizes, ints([axis]), ints([1])], INDEX));
  };
  const times = (a: string, b: string) =>
    once(`${a}_times_${b}`, (node) => add(node, "Mul", [a, b], { T: type(TF_INT32) }));
  const sizeNode = ({ factor, names }: Size): string => {
    const whole = axisOfSize({ factor, names }, dimensions);
    const product = whole
      ? axisSize(whole)
      : names.map((name) => axisSize(axisOf(name, dimensions))).reduce(times);
    const rest = whole ? factor / whole.factor : factor;
    return rest === 1 ? product : times(product, ints([rest]));
  };

  for (const [i, leaf] of leaves.entries()) {
    const name = `leaf${i}`;
    if (leaf.kind === "constant") {
      const { dtype, shape, data } = leaf.leaf;
      add(name, "Const", [], constant(dtype, shape, data));
      continue;
    }
    const parts = leaf.elements.map((element) =>
      typeof element === "number" ? ints([element]) : sizeNode(element),
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
