// The forward pass of a BERT-like encoder as a pure function of its weights, so that it can be trained as well as read.
import { type Tensor, tf } from "../engine/tf";
import { takeRows } from "./embedding";
import type { EncoderConfig } from "./encoder-config";

/** Finds a weight by its Hugging Face name without prefix, e.g. `encoder.layer.0.output.dense.weight`. */
export type WeightLookup = (name: string) => Tensor;

export interface EncoderOptions {
  /** Int32 [batch, time]; all 0 where absent. */
  tokenTypes?: Tensor;
  /** Stop after this many layers; all of them where absent. */
  layers?: number;
}

/** x W^T + b for x [rows, in], W [out, in]. */
function dense(weights: WeightLookup, name: string, x: Tensor): Tensor {
  return tf.add(tf.matMul(x, weights(`${name}.weight`), false, true), weights(`${name}.bias`));
}

/** LayerNorm over the last axis. */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, eps: number): Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), eps));
  return tf.add(tf.mul(tf.mul(centred, inverse), weight), bias);
}

/** GELU by the error function, not by tanh: x/2 (1 + erf(x / sqrt 2)). */
export function exactGelu(x: Tensor): Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}

/** Position ids, int32 [batch, time]. */
function positions(config: EncoderConfig, ids: Tensor): Tensor {
  const [batch, time] = ids.shape as [number, number];
  if (!config.positionsFollowPadding) {
    return tf.tile(tf.expandDims(tf.range(0, time, 1, "int32"), 0), [batch, 1]);
  }
  const present = tf.cast(tf.notEqual(ids, tf.scalar(config.padTokenId, "int32")), "int32");
  return tf.add(tf.mul(tf.cumsum(present, 1), present), tf.scalar(config.padTokenId, "int32"));
}

/** What an encoder's layers read: int32 [batch * time] each, and `mask` float32 [batch, time], 1 at tokens, 0 at padding. */
export type EncoderInputs = Record<"ids" | "positions" | "types" | "mask", Tensor>;

/** From ids and token types, int32 [batch, time], and mask. */
export function encoderInputs(
  config: EncoderConfig,
  ids: Tensor,
  mask: Tensor,
  tokenTypes: Tensor = tf.zerosLike(ids),
): EncoderInputs {
  const flat = (indices: Tensor) => tf.reshape(indices, [-1]);
  return { ids: flat(ids), positions: flat(positions(config, ids)), types: flat(tokenTypes), mask };
}

/**
 * Hidden states of an encoder: entry 0 is the normed embedding, entry i the output of layer i, each [batch, time, hidden].
 * `ids` int32 [batch, time], `mask` float32 [batch, time] with 1 at tokens and 0 at padding; what stands at padding in
 * the result means nothing. Differentiable in the weights. BERT post-norm blocks, arXiv 1810.04805.
 */
export function encoderForward(
  config: EncoderConfig,
  weights: WeightLookup,
  ids: Tensor,
  mask: Tensor,
  options: EncoderOptions = {},
): Tensor[] {
  const inputs = encoderInputs(config, ids, mask, options.tokenTypes);
  const states = encoderLayers(config, weights, inputs, options.layers ?? config.numHiddenLayers);
  return states.map((state) => tf.reshape(state, [...mask.shape, config.hiddenSize]));
}

/** The states of `encoderForward` up to `layers`, each [batch * time, hidden]. */
export function encoderLayers(
  config: EncoderConfig,
  weights: WeightLookup,
  { ids, positions, types, mask }: EncoderInputs,
  layers: number,
): Tensor[] {
  const [batch, time] = mask.shape as [number, number];
  const { hiddenSize, numAttentionHeads: heads } = config;
  const headDim = hiddenSize / heads;
  const norm = (name: string, x: Tensor) =>
    layerNorm(x, weights(`${name}.weight`), weights(`${name}.bias`), config.layerNormEps);
  const rows = (name: string, indices: Tensor) => takeRows(weights(`embeddings.${name}.weight`), indices);
  const embedded = tf.add(
    tf.add(rows("word_embeddings", ids), rows("position_embeddings", positions)),
    rows("token_type_embeddings", types),
  );
  // Large enough to make the softmax exactly 0 at padding, small enough never to overflow.
  const padding = tf.reshape(tf.mul(tf.sub(mask, 1), 1e30), [batch, 1, 1, time]);
  const split = (x: Tensor) => tf.transpose(tf.reshape(x, [batch, time, heads, headDim]), [0, 2, 1, 3]);
  const states = [norm("embeddings.LayerNorm", embedded)];
  for (let i = 0; i < layers; i++) {
    const layer = `encoder.layer.${i}`;
    const x = states[i] as Tensor;
    const part = (name: string) => split(dense(weights, `${layer}.attention.self.${name}`, x));
    const scores = tf.mul(tf.matMul(part("query"), part("key"), false, true), headDim ** -0.5);
    const mixed = tf.matMul(tf.softmax(tf.add(scores, padding)), part("value"));
    const joined = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch * time, hiddenSize]);
    const attended = norm(
      `${layer}.attention.output.LayerNorm`,
      tf.add(dense(weights, `${layer}.attention.output.dense`, joined), x),
    );
    const widened = exactGelu(dense(weights, `${layer}.intermediate.dense`, attended));
    states.push(
      norm(`${layer}.output.LayerNorm`, tf.add(dense(weights, `${layer}.output.dense`, widened), attended)),
    );
  }
  return states;
}
