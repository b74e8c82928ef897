// TensorFlow's SavedModel as a protobuf file: the few messages that a graph with variables needs.
// Field numbers are those of tensorflow/core/framework and core/protobuf (graph, node_def, attr_value, tensor, meta_graph).
import * as protobuf from "protobufjs";

const MESSAGES = `
syntax = "proto3";
message Dim { int64 size = 1; }
message Shape { repeated Dim dim = 2; }
message TensorValue { int32 dtype = 1; Shape tensor_shape = 2; bytes tensor_content = 4; }
message ListValue { repeated int64 i = 3 [packed = true]; }
message Attribute {
  oneof value { ListValue list = 1; bytes s = 2; int64 i = 3; float f = 4; bool b = 5; int32 type = 6; Shape shape = 7; TensorValue tensor = 8; }
}
message Node { string name = 1; string op = 2; repeated string input = 3; map<string, Attribute> attr = 5; }
message Versions { int32 producer = 1; }
message Graph { repeated Node node = 1; Versions versions = 4; }
message MetaInfo { repeated string tags = 4; }
message MetaGraph { MetaInfo meta_info_def = 1; Graph graph_def = 2; }
message SavedModel { int64 saved_model_schema_version = 1; repeated MetaGraph meta_graphs = 2; }
`;

const SavedModel = protobuf.parse(MESSAGES, { keepCase: true }).root.lookupType("SavedModel");

export interface Shape {
  dim: { size: number }[];
}

export type AttributeValue =
  | { type: number }
  | { b: boolean }
  | { i: number }
  | { f: number }
  | { s: Uint8Array }
  | { list: { i: number[] } }
  | { shape: Shape }
  | { tensor: { dtype: number; tensor_shape: Shape; tensor_content: Uint8Array } };

export interface Node {
  name: string;
  op: string;
  /** "name", "name:output" or, for what must only run before, "^name". */
  input: string[];
  attr: Record<string, AttributeValue>;
}

/** The tag under which the binding finds the graph. */
export const TAG = "serve";
/** Version of the graph format that the writer speaks: op definitions of TensorFlow 2.21 and before are read as they are. */
const PRODUCER = 1882;

export const shapeOf = (sizes: readonly number[]): Shape => ({ dim: sizes.map((size) => ({ size })) });

/** The bytes of `saved_model.pb` for a graph. */
export function encodeSavedModel(nodes: readonly Node[]): Uint8Array {
  return SavedModel.encode(
    SavedModel.fromObject({
      saved_model_schema_version: 1,
      meta_graphs: [
        { meta_info_def: { tags: [TAG] }, graph_def: { node: nodes, versions: { producer: PRODUCER } } },
      ],
    }),
  ).finish();
}
