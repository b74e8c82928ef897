// The graph of a decoder with a key-value cache as @huggingface/transformers feeds it: Gemma-2, Gemma 3, Qwen3, Llama, SOLAR.
// It follows src/models/decoder.ts step by step; what differs between the families is data in DecoderConfig.
import { type DecoderConfig, tensorShapes } from "../models/config";
import type { Rope } from "../models/config-rope";
import { ropeFrequencies, slidingRope } from "../models/rope";
import type { Scheme } from "../quantization/scheme";
import { GraphBuilder } from "./onnx-graph";
import { type StoredMatrix, storedMatrix } from "./onnx-matrix";
import { FLOAT, INT64 } from "./onnx-schema";

const BOOL = 9;
const BLOCKED = -1e9;
const SWAP_TIME_AND_HEADS = { perm: { ints: [0, 2, 1, 3] } };

/** Reads a weight in fp32 by its Hugging Face name; called once, when its turn to be written comes. */
export type ReadWeight = (name: string) => Float32Array;
/** How a matrix is stored; undefined: in fp32. */
export type SchemeOf = (name: string) => Scheme | undefined;

class DecoderGraph {
  readonly g = new GraphBuilder();
  private readonly matrices = new Map<string, StoredMatrix>();
  private readonly shapes: ReadonlyMap<string, number[]>;

  constructor(
    readonly config: DecoderConfig,
    private readonly read: ReadWeight,
    private readonly schemeOf: SchemeOf,
  ) {
    this.shapes = tensorShapes(config);
  }

  matrix(module: string): StoredMatrix {
    const name = `${module}.weight`;
    const known = this.matrices.get(name);
    if (known) return known;
    const shape = this.shapes.get(name) as [number, number];
    const made = storedMatrix(this.g, name, shape, () => this.read(name), this.schemeOf(name));
    this.matrices.set(name, made);
    return made;
  }

  /** x / sqrt(mean x² + eps) · (offset + w) over the last dimension. */
  norm(module: string, x: string): string {
    const { g, config } = this;
    const name = `${module}.weight`;
    const weight = g.weight(name, this.shapes.get(name)!, () =>
      this.read(name).map((value) => value + config.normOffset),
    );
    const mean = g.node("ReduceMean", [g.node("Mul", [x, x]), g.ints([-1])], { keepdims: { int: 1 } });
    const length = g.node("Sqrt", [g.node("Add", [mean, g.float(config.rmsNormEps)])]);
    return g.node("Mul", [g.node("Div", [x, length]), weight]);
  }

  /** cap · tanh(x / cap), or x where there is no cap. */
  softcap(x: string, cap: number | undefined): string {
    const { g } = this;
    if (cap === undefined) return x;
    return g.node("Mul", [g.node("Tanh", [g.node("Div", [x, g.float(cap)])]), g.float(cap)]);
  }
}

/** What tells positions apart in a kind of layer. */
interface Layout {
  /** [batch, 1, time, headDim] */
  cos: string;
  sin: string;
  /** Additive, [batch, 1, time, keys]. */
  mask: string;
}

/** What every layer's attention shares. */
interface Shared {
  full: Layout;
  sliding: Layout;
  /** int64 [batch, time, heads, headDim] and [batch, time, kvHeads, headDim]. */
  queryShape: string;
  keyShape: string;
}

/** Tables of the rotary embedding (Su et al. 2021) at the positions given, int64 [batch, time]. */
function rotaryTables(
  { g }: DecoderGraph,
  name: string,
  rope: { headDim: number } & Rope,
  positions: string,
) {
  const frequencies = ropeFrequencies(rope);
  const table = g.weight(name, [frequencies.length], () => Float32Array.from(frequencies));
  const place = g.node("Unsqueeze", [g.node("Cast", [positions], { to: { int: FLOAT } }), g.ints([1, 3])]);
  const half = g.node("Mul", [place, table]);
  const angles = g.node("Concat", [half, half], { axis: { int: -1 } });
  return { cos: g.node("Cos", [angles]), sin: g.node("Sin", [angles]) };
}

function rotated({ g, config }: DecoderGraph, x: string, { cos, sin }: Layout): string {
  const half = config.headDim / 2;
  const part = (from: number, to: number) => g.node("Slice", [x, g.ints([from]), g.ints([to]), g.ints([3])]);
  const turned = g.node("Concat", [g.node("Neg", [part(half, 2 * half)]), part(0, half)], {
    axis: { int: -1 },
  });
  return g.node("Add", [g.node("Mul", [x, cos]), g.node("Mul", [turned, sin])]);
}

/** Additive masks: causal, padding, and the window of sliding layers, counted in the padded row as transformers does. */
function masks({ g, config }: DecoderGraph, ids: string, attention: string) {
  const length = (x: string) => g.node("Gather", [g.node("Shape", [x]), g.ints(1)]);
  const [time, keys] = [length(ids), length(attention)];
  const column = g.node("Range", [g.ints(0), keys, g.ints(1)]);
  const row = g.node("Unsqueeze", [
    g.node("Range", [g.node("Sub", [keys, time]), keys, g.ints(1)]),
    g.ints([1]),
  ]);
  const distance = g.node("Sub", [row, column]);
  const real = g.node("Unsqueeze", [g.node("Cast", [attention], { to: { int: BOOL } }), g.ints([1, 2])]);
  const before = g.node("And", [g.node("GreaterOrEqual", [distance, g.ints(0)]), real]);
  const additive = (seen: string) => g.node("Where", [seen, g.float(0), g.float(BLOCKED)]);
  const full = additive(before);
  if (config.slidingWindow === undefined || !config.slidingLayers.includes(true))
    return { full, sliding: full };
  const near = g.node("Less", [distance, g.ints(config.slidingWindow)]);
  return { full, sliding: additive(g.node("And", [before, near])) };
}

function attention(d: DecoderGraph, layer: number, x: string, shared: Shared): string {
  const { g, config } = d;
  const { numAttentionHeads: heads, numKeyValueHeads: kvHeads, headDim, attentionSoftcap } = config;
  const name = `model.layers.${layer}.self_attn`;
  const split = (part: string, shape: string, normed: boolean) => {
    const projected = g.node("Reshape", [d.matrix(`${name}.${part}_proj`).product(x), shape]);
    const each = normed ? d.norm(`${name}.${part}_norm`, projected) : projected;
    return g.node("Transpose", [each], SWAP_TIME_AND_HEADS);
  };
  const layout = config.slidingLayers[layer] ? shared.sliding : shared.full;
  const query = rotated(d, split("q", shared.queryShape, config.queryKeyNorm), layout);
  const newKeys = rotated(d, split("k", shared.keyShape, config.queryKeyNorm), layout);
  const newValues = split("v", shared.keyShape, false);
  const cached = (part: "key" | "value", fresh: string) => {
    const size = ["batch_size", kvHeads, "past_sequence_length", headDim];
    const past = g.input(`past_key_values.${layer}.${part}`, FLOAT, size);
    const whole = g.node("Concat", [past, fresh], { axis: { int: 2 } });
    g.output(`present.${layer}.${part}`, whole, FLOAT, [
      "batch_size",
      kvHeads,
      "total_sequence_length",
      headDim,
    ]);
    return whole;
  };
  const keys = cached("key", newKeys);
  const values = cached("value", newValues);

  // Query heads that share a key head are stacked along time (Ainslie et al. 2023).
  const scaled = g.node("Mul", [g.reshape(query, [0, kvHeads, -1, headDim]), g.float(config.attentionScale)]);
  const products = g.node("MatMul", [scaled, g.node("Transpose", [keys], { perm: { ints: [0, 1, 3, 2] } })]);
  const scores = d.softcap(g.reshape(products, [0, heads, -1, 0]), attentionSoftcap);
  const shares = g.node("Softmax", [g.node("Add", [scores, layout.mask])], { axis: { int: -1 } });
  const mixed = g.node("MatMul", [g.reshape(shares, [0, kvHeads, -1, 0]), values]);
  const perToken = g.node("Transpose", [g.reshape(mixed, [0, heads, -1, headDim])], SWAP_TIME_AND_HEADS);
  return d.matrix(`${name}.o_proj`).product(g.reshape(perToken, [-1, heads * headDim]));
}

function feedForward(d: DecoderGraph, layer: number, x: string): string {
  const { g, config } = d;
  const name = `model.layers.${layer}.mlp`;
  const gate = d.matrix(`${name}.gate_proj`).product(x);
  const active =
    config.activation === "silu"
      ? g.node("Mul", [gate, g.node("Sigmoid", [gate])])
      : g.node("Gelu", [gate], { approximate: { text: "tanh" } });
  const gated = g.node("Mul", [active, d.matrix(`${name}.up_proj`).product(x)]);
  return d.matrix(`${name}.down_proj`).product(gated);
}

/**
 * Inputs input_ids and position_ids [batch, time], attention_mask [batch, past + time], int64, and past_key_values.N.key
 * and .value [batch, kvHeads, past, headDim]; outputs logits [batch, time, vocab] and present.N.key and .value.
 */
export function decoderGraph(config: DecoderConfig, read: ReadWeight, schemeOf: SchemeOf): GraphBuilder {
  const d = new DecoderGraph(config, read, schemeOf);
  const { g } = d;
  const { hiddenSize, numHiddenLayers, numAttentionHeads, numKeyValueHeads, headDim, vocabSize } = config;
  const text = ["batch_size", "sequence_length"];
  const ids = g.input("input_ids", INT64, text);
  const real = g.input("attention_mask", INT64, ["batch_size", "total_sequence_length"]);
  const positions = g.input("position_ids", INT64, text);
  const textShape = g.node("Shape", [ids]);
  const shaped = (...sizes: number[]) => g.node("Concat", [textShape, g.ints(sizes)], { axis: { int: 0 } });
  const { full, sliding } = masks(d, ids, real);
  const tables = rotaryTables(d, "rope.frequencies", config, positions);
  const ownRope = slidingRope(config);
  const slidingTables = ownRope && rotaryTables(d, "rope.sliding_frequencies", ownRope, positions);
  const shared: Shared = {
    full: { ...tables, mask: full },
    sliding: { ...(slidingTables ?? tables), mask: sliding },
    queryShape: shaped(numAttentionHeads, headDim),
    keyShape: shaped(numKeyValueHeads, headDim),
  };

  const embedding = d.matrix("model.embed_tokens").rows(ids);
  let x = g.reshape(embedding, [-1, hiddenSize]);
  if (config.embeddingScale !== 1) x = g.node("Mul", [x, g.float(config.embeddingScale)]);
  for (let layer = 0; layer < numHiddenLayers; layer++) {
    const name = `model.layers.${layer}`;
    let attended = attention(d, layer, d.norm(`${name}.input_layernorm`, x), shared);
    if (config.postNorms) attended = d.norm(`${name}.post_attention_layernorm`, attended);
    x = g.node("Add", [x, attended]);
    const before = config.postNorms ? "pre_feedforward_layernorm" : "post_attention_layernorm";
    let fed = feedForward(d, layer, d.norm(`${name}.${before}`, x));
    if (config.postNorms) fed = d.norm(`${name}.post_feedforward_layernorm`, fed);
    x = g.node("Add", [x, fed]);
  }
  const head = d.matrix(config.tieWordEmbeddings ? "model.embed_tokens" : "lm_head");
  const logits = d.softcap(head.product(d.norm("model.norm", x)), config.finalSoftcap);
  g.output("logits", g.node("Reshape", [logits, shaped(vocabSize)]), FLOAT, [...text, vocabSize]);
  return g;
}
