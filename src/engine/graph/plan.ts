// From two traces of one computation on different inputs to a plan that fits every input shape between and beyond.
// What is equal in both is constant; integers that differ must follow a dimension of an input; nothing else may differ.
import type { Leaf, Source, Trace, TracedOp } from "./trace";

/** A whole number that is `factor` times a dimension of an input. */
export interface Dimension {
  input: string;
  axis: number;
  factor: number;
}

export type PlannedLeaf =
  | { kind: "constant"; leaf: Leaf }
  | { kind: "shape"; shape: number[]; elements: (number | Dimension)[] };

export interface Plan {
  ops: TracedOp[];
  leaves: PlannedLeaf[];
  /** Dimensions of the inputs: a number where both traces had it, so that the graph may hold it, else -1. */
  inputs: Record<string, { shape: number[]; dtype: number }>;
  /** Sizes that were one and the same in both traces, so that the plan took either for a leaf: inputs must keep to it. */
  alike: [Dimension, Dimension][];
  state: Trace["state"];
  outputs: Trace["outputs"];
  nextState: Record<string, Source>;
}

/** Thrown when a computation is not the same graph on every input. */
export class NotAGraphError extends Error {}

/** Throws NotAGraphError naming the op or the value that differs. */
export function plan(first: Trace, second: Trace): Plan {
  compareInterfaces(first, second);
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
  const ends = (t: Trace) => ({ outputs: t.outputs, nextState: t.nextState });
  if (!same(ends(first), ends(second))) {
    throw new NotAGraphError("The two traced steps take their results from different ops.");
  }
  const dimensions = new Dimensions(first, second);
  return {
    ops,
    leaves: pairs.all.map(([a, b]) => planLeaf(first.leaves[a]!, second.leaves[b]!, dimensions)),
    alike: dimensions.alike(),
    inputs: Object.fromEntries(
      Object.entries(first.inputs).map(([name, { shape, dtype }]) => [
        name,
        {
          dtype,
          shape: shape.map((size, axis) => (size === second.inputs[name]!.shape[axis] ? size : -1)),
        },
      ]),
    ),
    state: first.state,
    outputs: first.outputs,
    nextState: first.nextState,
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

function compareInterfaces(first: Trace, second: Trace): void {
  const interfaces = (t: Trace) => ({
    inputs: Object.entries(t.inputs).map(([name, { shape, dtype }]) => [name, shape.length, dtype]),
    state: t.state,
  });
  if (same(interfaces(first), interfaces(second))) return;
  throw new NotAGraphError(
    `The two traced steps take other inputs: ${Object.keys(first.inputs)} and ${Object.keys(second.inputs)}.`,
  );
}

/** The inputs' dimensions that differ between the traces, and which of them were needed. */
class Dimensions {
  private readonly free: { input: string; axis: number; sizes: [number, number] }[] = [];
  private readonly taken = new Map<string, [Dimension, Dimension]>();

  constructor(first: Trace, second: Trace) {
    for (const [input, { shape }] of Object.entries(first.inputs)) {
      for (const [axis, size] of shape.entries()) {
        const other = second.inputs[input]!.shape[axis]!;
        if (size !== other) this.free.push({ input, axis, sizes: [size, other] });
      }
    }
  }

  /** A dimension of which `a` and `b` are the same multiple in the two traces. */
  of(a: number, b: number): Dimension | undefined {
    const candidates = this.free.flatMap(({ input, axis, sizes }) => {
      const factor = a / sizes[0];
      return Number.isInteger(factor) && factor === b / sizes[1] ? [{ input, axis, factor }] : [];
    });
    const [found, ...others] = candidates;
    for (const other of others) this.taken.set(JSON.stringify([found, other]), [found!, other]);
    return found;
  }

  alike(): [Dimension, Dimension][] {
    return [...this.taken.values()];
  }
}

function planLeaf(a: Leaf, b: Leaf, dimensions: Dimensions): PlannedLeaf {
  if (a.id === b.id) return { kind: "constant", leaf: a };
  if (a.dtype === b.dtype && same(a.shape, b.shape)) {
    if (equalBytes(a.data, b.data)) return { kind: "constant", leaf: a };
    if (a.data instanceof Int32Array && a.shape.length <= 1) {
      const other = b.data;
      const elements = Array.from(a.data, (value, i) => {
        if (value === other[i]) return value;
        return dimensions.of(value, other[i]!);
      });
      if (elements.every((element) => element !== undefined)) {
        return { kind: "shape", shape: a.shape, elements: elements as (number | Dimension)[] };
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
