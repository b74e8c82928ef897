// From two traces of one step, at two sizes of each named dimension, to a plan that fits every size. What is equal in both is
// constant; whole numbers that differ must be a product of named sizes; nothing else may differ.
import { type Dimensions, parseSize, probeSizes, type Size, sizeThatIs } from "./dimensions";
import { type Leaf, NotAGraphError, type Source, type Trace, type TracedOp } from "./trace";

export type PlannedLeaf =
  | { kind: "constant"; leaf: Leaf }
  | { kind: "shape"; shape: number[]; elements: (number | Size)[] };

export interface Plan {
  ops: TracedOp[];
  leaves: PlannedLeaf[];
  dimensions: Dimensions;
  /** -1 where a size is open. */
  inputs: Record<string, { shape: number[]; dtype: number }>;
  outputs: Trace["outputs"];
}

/** Throws NotAGraphError naming the op or the value that differs. */
export function plan(first: Trace, second: Trace, dimensions: Dimensions): Plan {
  const pairs = new LeafPairs();
  const source = (a: Source, b: Source | undefined): Source | undefined => {
    if (a.kind === "leaf" && b?.kind === "leaf") return { kind: "leaf", leaf: pairs.number(a.leaf, b.leaf) };
    return same(a, b) ? a : undefined;
  };
  const ops = first.ops.map((op, i) => {
    const other = second.ops[i];
    const inputs = op.inputs.map((input, k) => source(input, other?.inputs[k]));
    if (other?.op !== op.op || !same(op.attributes, other.attributes) || inputs.includes(undefined)) {
      throw new NotAGraphError(
        `Op ${i} is ${op.op} in one traced step and ${other?.op ?? "missing"} in the other, or reads other things there. A step that is to become a graph must do the same ops on every batch.`,
      );
    }
    return { ...op, inputs: inputs as Source[] };
  });
  if (second.ops.length > first.ops.length) {
    throw new NotAGraphError(
      `One traced step takes ${first.ops.length} ops and the other ${second.ops.length}: a step that is to become a graph must do the same ops on every batch.`,
    );
  }
  if (!same(first.outputs, second.outputs)) {
    throw new NotAGraphError("The two traced steps take their results from different ops.");
  }
  const probes = probeSizes(dimensions);
  const inputs = Object.entries(first.inputs).map(([name, { shape, dtype }]) => {
    const fixed = dimensions[name]
      ?.map(parseSize)
      .map(({ factor, names }) => (names.length > 0 ? -1 : factor));
    return [name, { dtype, shape: fixed ?? shape }];
  });
  return {
    ops,
    leaves: pairs.all.map(([a, b]) => planLeaf(first.leaves[a]!, second.leaves[b]!, probes)),
    dimensions,
    inputs: Object.fromEntries(inputs),
    outputs: first.outputs,
  };
}

/** Leaves of the two traces that are read at the same place. Two sizes may be one value in a trace and two in the other. */
class LeafPairs {
  readonly all: [number, number][] = [];
  private readonly numbers = new Map<string, number>();

  number(a: number, b: number): number {
    const key = `${a} ${b}`;
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.all.push([a, b]) - 1;
      this.numbers.set(key, number);
    }
    return number;
  }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function planLeaf(a: Leaf, b: Leaf, probes: ReturnType<typeof probeSizes>): PlannedLeaf {
  if (a.id === b.id) return { kind: "constant", leaf: a };
  if (a.dtype === b.dtype && same(a.shape, b.shape)) {
    if (equalBytes(a.data, b.data)) return { kind: "constant", leaf: a };
    if (a.data instanceof Int32Array && a.shape.length <= 1) {
      const other = b.data;
      const elements = Array.from(a.data, (value, i) =>
        value === other[i] ? value : sizeThatIs(value, other[i]!, probes),
      );
      if (elements.every((element) => element !== undefined)) {
        return { kind: "shape", shape: a.shape, elements: elements as (number | Size)[] };
      }
    }
  }
  const show = ({ shape, data }: Leaf) => `[${shape}] ${[...data.slice(0, 4)].join(", ")}`;
  throw new NotAGraphError(
    `A value read by ${a.reader} differs between two steps (${show(a)}; ${show(b)}) and is not declared as an input of the step. Make it one, or run the step without a graph.`,
  );
}

function equalBytes(a: Leaf["data"], b: Leaf["data"]): boolean {
  const bytes = (x: Leaf["data"]) => Buffer.from(x.buffer, x.byteOffset, x.byteLength);
  return bytes(a).equals(bytes(b));
}
