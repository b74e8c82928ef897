// The part of ONNX's protobuf schema that a model of ours needs, with the field numbers of onnx.proto (IR version 10).
import { Root, type Type } from "protobufjs";

export const FLOAT = 1;
export const UINT8 = 2;
export const INT64 = 7;

export interface OnnxEntry {
  key: string;
  value: string;
}

export interface OnnxTensor {
  dims: number[];
  dataType: number;
  name: string;
  rawData?: Uint8Array;
  /** location, offset and length of a tensor that lies in a file beside the model. */
  externalData?: OnnxEntry[];
  /** 1: in `externalData`. */
  dataLocation?: number;
}

export interface OnnxAttribute {
  name: string;
  f?: number;
  i?: number;
  ints?: number[];
  s?: Uint8Array;
  type: number;
}

export interface OnnxNode {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  domain?: string;
  attribute?: OnnxAttribute[];
}

export interface OnnxValue {
  name: string;
  type: {
    tensorType: { elemType: number; shape: { dim: { dimValue?: number; dimParam?: string }[] } };
  };
}

export interface OnnxGraph {
  node: OnnxNode[];
  name: string;
  initializer: OnnxTensor[];
  input: OnnxValue[];
  output: OnnxValue[];
}

export interface OnnxModel {
  irVersion: number;
  opsetImport: { domain: string; version: number }[];
  producerName: string;
  graph: OnnxGraph;
  metadataProps?: OnnxEntry[];
}

const one = (id: number, type: string) => ({ id, type });
const many = (id: number, type: string) => ({ id, type, rule: "repeated" });

const SCHEMA = {
  Model: {
    irVersion: one(1, "int64"),
    producerName: one(2, "string"),
    graph: one(7, "Graph"),
    opsetImport: many(8, "OperatorSet"),
    metadataProps: many(14, "Entry"),
  },
  OperatorSet: { domain: one(1, "string"), version: one(2, "int64") },
  Graph: {
    node: many(1, "Node"),
    name: one(2, "string"),
    initializer: many(5, "Tensor"),
    input: many(11, "Value"),
    output: many(12, "Value"),
  },
  Node: {
    input: many(1, "string"),
    output: many(2, "string"),
    name: one(3, "string"),
    opType: one(4, "string"),
    attribute: many(5, "Attribute"),
    domain: one(7, "string"),
  },
  Attribute: {
    name: one(1, "string"),
    f: one(2, "float"),
    i: one(3, "int64"),
    s: one(4, "bytes"),
    ints: many(8, "int64"),
    type: one(20, "int32"),
  },
  Tensor: {
    dims: many(1, "int64"),
    dataType: one(2, "int32"),
    name: one(8, "string"),
    rawData: one(9, "bytes"),
    externalData: many(13, "Entry"),
    dataLocation: one(14, "int32"),
  },
  Entry: { key: one(1, "string"), value: one(2, "string") },
  Value: { name: one(1, "string"), type: one(2, "ValueType") },
  ValueType: { tensorType: one(1, "TensorType") },
  TensorType: { elemType: one(1, "int32"), shape: one(2, "Shape") },
  Shape: { dim: many(1, "Dimension") },
  Dimension: { dimValue: one(1, "int64"), dimParam: one(2, "string") },
};

const root = Root.fromJSON({
  nested: Object.fromEntries(Object.entries(SCHEMA).map(([name, fields]) => [name, { fields }])),
});
const modelType: Type = root.lookupType("Model");

/** The bytes of a model; throws where a field has a value of another type than the schema's. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const problem = modelType.verify(model);
  if (problem) throw new Error(`The ONNX model does not fit its schema: ${problem}`);
  return modelType.encode(modelType.fromObject(model)).finish();
}

/** A model read back from its bytes, fields outside the schema left out. */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  return modelType.toObject(modelType.decode(bytes), { longs: Number, arrays: true }) as OnnxModel;
}
