// Builds an ONNX graph node by node; weights are named with their sizes and read when the file is written.
import {
  FLOAT,
  INT64,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxValue,
  UINT8,
} from "./onnx-schema";

/** A stored tensor of the graph; its bytes are asked for when their turn to be written comes. */
export interface Initializer {
  name: string;
  dims: number[];
  dataType: number;
  byteLength: number;
  read: () => Uint8Array;
}

/** Sizes are numbers, or names of dimensions that are known at run time only. */
export type Dimension = number | string;

/** Numbers become floats unless marked as whole by `int`. */
export type Attribute = { int: number } | { float: number } | { ints: number[] } | { text: string };

const bytesOf = (data: Float32Array | BigInt64Array | Uint8Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function attributeOf(name: string, value: Attribute): OnnxAttribute {
  // Numbers of AttributeProto.AttributeType.
  if ("float" in value) return { name, type: 1, f: value.float };
  if ("int" in value) return { name, type: 2, i: value.int };
  if ("text" in value) return { name, type: 3, s: Buffer.from(value.text, "utf8") };
  return { name, type: 7, ints: value.ints };
}

const valueInfo = (name: string, elemType: number, shape: readonly Dimension[]): OnnxValue => ({
  name,
  type: {
    tensorType: {
      elemType,
      shape: {
        dim: shape.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size })),
      },
    },
  },
});

export class GraphBuilder {
  readonly initializers: Initializer[] = [];
  private readonly nodes: OnnxNode[] = [];
  private readonly inputs: OnnxValue[] = [];
  private readonly outputs: OnnxValue[] = [];
  private readonly constants = new Map<string, string>();
  private count = 0;

  /** Names a graph input and returns its name. */
  input(name: string, elemType: number, shape: readonly Dimension[]): string {
    this.inputs.push(valueInfo(name, elemType, shape));
    return name;
  }

  /** Makes a value an output of the graph under a name of its own. */
  output(name: string, value: string, elemType: number, shape: readonly Dimension[]): void {
    this.node("Identity", [value], {}, { output: name });
    this.outputs.push(valueInfo(name, elemType, shape));
  }

  /** Adds a node and returns the name of its (first) result. */
  node(
    opType: string,
    input: readonly string[],
    attributes: Record<string, Attribute> = {},
    more: { output?: string; domain?: string } = {},
  ): string {
    const name = `${opType}_${this.count++}`;
    const output = more.output ?? `${name}_out`;
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    this.nodes.push({
      name,
      opType,
      input: [...input],
      output: [output],
      ...(attribute.length > 0 && { attribute }),
      ...(more.domain && { domain: more.domain }),
    });
    return output;
  }

  /** A stored tensor; `read` gives its little-endian bytes. */
  initializer(tensor: Initializer): string {
    this.initializers.push(tensor);
    return tensor.name;
  }

  /** A stored fp32 tensor whose values are read when the file is written. */
  weight(name: string, dims: number[], read: () => Float32Array): string {
    const byteLength = 4 * dims.reduce((a, b) => a * b, 1);
    return this.initializer({ name, dims, dataType: FLOAT, byteLength, read: () => bytesOf(read()) });
  }

  /** A constant of whole numbers, [n], or a scalar where a bare number is given; equal ones are stored once. */
  ints(values: number | readonly number[]): string {
    const list = typeof values === "number" ? [values] : values;
    return this.constant(`ints_${typeof values === "number" ? "s" : ""}${list.join("_")}`, () => ({
      dims: typeof values === "number" ? [] : [list.length],
      dataType: INT64,
      data: BigInt64Array.from(list, BigInt),
    }));
  }

  /** A scalar fp32 constant; equal ones are stored once. */
  float(value: number): string {
    return this.constant(`float_${value}`, () => ({
      dims: [],
      dataType: FLOAT,
      data: Float32Array.of(value),
    }));
  }

  /** A scalar uint8 constant; equal ones are stored once. */
  byte(value: number): string {
    return this.constant(`byte_${value}`, () => ({ dims: [], dataType: UINT8, data: Uint8Array.of(value) }));
  }

  /** A reshape to a fixed pattern of sizes: 0 copies a size, -1 takes what is left. */
  reshape(x: string, sizes: readonly number[]): string {
    return this.node("Reshape", [x, this.ints(sizes)]);
  }

  graph(name: string): Omit<OnnxGraph, "initializer"> {
    return { name, node: this.nodes, input: this.inputs, output: this.outputs };
  }

  private constant(
    name: string,
    make: () => { dims: number[]; dataType: number; data: Float32Array | BigInt64Array | Uint8Array },
  ): string {
    const known = this.constants.get(name);
    if (known) return known;
    const { dims, dataType, data } = make();
    this.constants.set(name, name);
    const bytes = bytesOf(data);
    return this.initializer({ name, dims, dataType, byteLength: bytes.byteLength, read: () => bytes });
  }
}
