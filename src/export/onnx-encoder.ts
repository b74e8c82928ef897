// The graph of a BERT-like encoder (post-norm blocks, arXiv 1810.04805), every layer's hidden states among its outputs.
import type { EncoderConfig } from "../models/encoder-config";
import { GraphBuilder } from "./onnx-graph";
import { FLOAT, INT64 } from "./onnx-schema";

const BOOL = 9;
const BLOCKED = -1e9;

/** Reads a weight by its Hugging Face name without prefix, e.g. `encoder.layer.0.output.dense.weight`. */
export type ReadWeight = (name: string) => Float32Array;

/**
 * Inputs input_ids, attention_mask and, where the model has more than one token type, token_type_ids, int64 [batch, time];
 * outputs last_hidden_state and hidden_states.0 (normed embedding) … hidden_states.L, fp32 [batch, time, hidden].
 */
export function encoderGraph(config: EncoderConfig, shapes: ReadonlyMap<string, number[]>, read: ReadWeight) {
  const g = new GraphBuilder();
  const { hiddenSize: hidden, numAttentionHeads: heads } = config;
  const headDim = hidden / heads;
  const weight = (name: string) => g.weight(name, shapes.get(name)!, () => read(name));
  const text = ["batch_size", "sequence_length"];
  const ids = g.input("input_ids", INT64, text);
  const mask = g.input("attention_mask", INT64, text);

  const rows = (table: string, indices: string) =>
    g.node("Gather", [weight(`embeddings.${table}.weight`), indices], { axis: { int: 0 } });
  const norm = (name: string, x: string) =>
    g.node("LayerNormalization", [x, weight(`${name}.weight`), weight(`${name}.bias`)], {
      axis: { int: -1 },
      epsilon: { float: config.layerNormEps },
    });
  // Rows are tokens from here on: [batch · time, in] · [out, in]ᵀ.
  const dense = (name: string, x: string) =>
    g.node("Gemm", [x, weight(`${name}.weight`), weight(`${name}.bias`)], { transB: { int: 1 } });

  const types =
    config.typeVocabSize > 1
      ? rows("token_type_embeddings", g.input("token_type_ids", INT64, text))
      : g.reshape(weight("embeddings.token_type_embeddings.weight"), [1, 1, hidden]);
  const embedded = g.node("Add", [
    g.node("Add", [rows("word_embeddings", ids), rows("position_embeddings", positions(g, config, ids))]),
    types,
  ]);
  const textShape = g.node("Shape", [ids]);
  const perHead = g.node("Concat", [textShape, g.ints([heads, headDim])], { axis: { int: 0 } });
  const perToken = g.node("Concat", [textShape, g.ints([hidden])], { axis: { int: 0 } });
  const split = (x: string) =>
    g.node("Transpose", [g.node("Reshape", [x, perHead])], { perm: { ints: [0, 2, 1, 3] } });
  const present = g.node("Unsqueeze", [g.node("Cast", [mask], { to: { int: BOOL } }), g.ints([1, 2])]);
  const padding = g.node("Where", [present, g.float(0), g.float(BLOCKED)]);

  let x = g.reshape(norm("embeddings.LayerNorm", embedded), [-1, hidden]);
  const show = (name: string) => g.output(name, g.node("Reshape", [x, perToken]), FLOAT, [...text, hidden]);
  show("hidden_states.0");
  for (let i = 0; i < config.numHiddenLayers; i++) {
    const layer = `encoder.layer.${i}`;
    const part = (name: string) => split(dense(`${layer}.attention.self.${name}`, x));
    const query = g.node("Mul", [part("query"), g.float(headDim ** -0.5)]);
    const keys = g.node("Transpose", [part("key")], { perm: { ints: [0, 1, 3, 2] } });
    const scores = g.node("Add", [g.node("MatMul", [query, keys]), padding]);
    const shares = g.node("Softmax", [scores], { axis: { int: -1 } });
    const mixed = g.node("Transpose", [g.node("MatMul", [shares, part("value")])], {
      perm: { ints: [0, 2, 1, 3] },
    });
    const output = dense(`${layer}.attention.output.dense`, g.reshape(mixed, [-1, hidden]));
    const attended = norm(`${layer}.attention.output.LayerNorm`, g.node("Add", [output, x]));
    const widened = g.node("Gelu", [dense(`${layer}.intermediate.dense`, attended)]);
    const fed = dense(`${layer}.output.dense`, widened);
    x = norm(`${layer}.output.LayerNorm`, g.node("Add", [fed, attended]));
    show(`hidden_states.${i + 1}`);
  }
  show("last_hidden_state");
  return g;
}

/** Position ids [batch, time] or [1, time]: from 0 on, or after the padding id over what is not padding. */
function positions(g: GraphBuilder, config: EncoderConfig, ids: string): string {
  if (!config.positionsFollowPadding) {
    const time = g.node("Gather", [g.node("Shape", [ids]), g.ints(1)]);
    return g.node("Unsqueeze", [g.node("Range", [g.ints(0), time, g.ints(1)]), g.ints([0])]);
  }
  const pad = g.ints(config.padTokenId);
  const present = g.node("Cast", [g.node("Not", [g.node("Equal", [ids, pad])])], { to: { int: INT64 } });
  const counted = g.node("CumSum", [present, g.ints(1)]);
  return g.node("Add", [g.node("Mul", [counted, present]), pad]);
}
