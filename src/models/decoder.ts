// A decoder-only language model from its Hugging Face config and weights: Gemma-2, Gemma 3, Qwen3, Llama (SOLAR included).
// What differs between the families is data in DecoderConfig; this file reads like the model cards' diagrams.
import type { Weight } from "../engine/frozen";
import { recomputed } from "../engine/gradient";
import type { Dimensions } from "../engine/graph/dimensions";
import { scale, slice, tanh } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import { attention, type LayerCache } from "./attention";
import type { DecoderConfig } from "./config";
import { embed } from "./embedding";
import { gatedActivation } from "./gated-activation";
import { type LowRank, linear, lowRankLinear } from "./linear";
import { attentionMask } from "./mask";
import { rmsNorm } from "./rms-norm";
import { type RopeTables, ropeTables, slidingRope } from "./rope";

/** What a forward pass reads besides weights: token ids int32 [batch · time], RoPE tables, additive masks. */
export interface DecoderInputs {
  [name: string]: Tensor;
  ids: Tensor;
  cos: Tensor;
  sin: Tensor;
}

export interface ForwardOptions {
  /** `decoder.inputs` of the same ids, made beforehand: nothing else is read of them then. */
  inputs?: DecoderInputs;
  /** 1 for real tokens, per row of ids; needed when padding stands before real tokens. */
  keyMask?: readonly (readonly number[])[];
  /** Keys and values of earlier positions, extended by this call. */
  cache?: KeyValueCache;
  /** Attention's products by one thread, for steps of few numbers. */
  oneThread?: boolean;
  /** Called with the input of layer 0 and each layer's output [batch · time, hidden]; the last one before the final norm. */
  onHidden?: (layer: number, hidden: Tensor) => void;
  /** Called with each layer's attention probabilities [batch, heads, time, keys]. */
  onAttention?: (layer: number, probabilities: Tensor) => void;
}

/** Positions that are reserved at once. */
const ROOM = 64;
const NONE: [number, number][] = [
  [0, 0],
  [0, 0],
];

/** Keys and values of all layers for a running generation. */
export class KeyValueCache {
  readonly layers: LayerCache[];
  length = 0;
  /** Positions that the tensors hold, from `length` on nothing yet; absent: as many as there are. */
  room: number | undefined;

  constructor(layers: number) {
    this.layers = Array.from({ length: layers }, () => ({}));
  }

  /** Forgets what comes after the first `length` positions; nothing where the cache is not longer. */
  truncate(length: number): void {
    if (length >= this.length) return;
    for (const layer of this.layers) {
      const { past } = layer;
      if (!past) continue;
      const [rows, heads, , width] = past.shape as [number, number, number, number];
      layer.past = length === 0 ? undefined : tf.keep(tf.slice(past, 0, [rows, heads, length, width]));
      past.dispose();
    }
    this.length = length;
    this.room = undefined;
  }

  /** Makes room for the next position and some more where there is none: it can then be written without a copy of all before it. */
  reserve(): void {
    if (this.length < (this.room ?? 0)) return;
    const room = ROOM * Math.ceil((this.length + 1) / ROOM);
    for (const layer of this.layers) {
      const past = layer.past!;
      layer.past = tf.keep(tf.pad(past, [...NONE, [0, room - past.shape[2]!], [0, 0]]));
      past.dispose();
    }
    this.room = room;
  }

  dispose(): void {
    for (const { past } of this.layers) past?.dispose();
  }
}

export class Decoder {
  /** Low-rank updates by module, e.g. "model.layers.0.self_attn.q_proj"; the base weights then stay frozen. */
  adapter: ReadonlyMap<string, LowRank> | undefined;

  /** Gradient checkpointing: for the backward pass a layer keeps its input alone and is run again. Same numbers, less memory. */
  recompute = false;

  /** Whether a graph recorded of one decoder of its structure serves it too: not where a subclass computes otherwise. */
  readonly plain: boolean = true;

  /**
   * @param weights by Hugging Face name; owned by the decoder from here on
   * @param trainable whether gradients of the base weights are wanted (never with an adapter)
   */
  constructor(
    readonly config: DecoderConfig,
    readonly weights: ReadonlyMap<string, Weight>,
    public trainable = false,
  ) {}

  /**
   * The final-norm output [batch · time, hidden] for token ids (row-major, batch · time of them).
   * Throws when an id is outside the vocabulary or a row's tokens, padding left out, are more than the model's context.
   */
  hidden(ids: Int32Array, batch: number, options: ForwardOptions = {}): Tensor {
    const { config } = this;
    return tf.tidy(() => {
      const inputs = options.inputs ?? this.inputs(ids, batch, options);
      const { ids: tokens, cos, sin, mask, cacheRows } = inputs;
      const time = cos.shape[0]!;
      const rows = tokens.size / time;
      const full = [cos, sin, mask] as const;
      const sliding = [
        inputs.slidingCos ?? cos,
        inputs.slidingSin ?? sin,
        inputs.slidingMask ?? mask,
      ] as const;
      let x = embed(this.weight("model.embed_tokens"), tokens, config.embeddingScale, this.trainable);
      options.onHidden?.(0, x);
      for (let layer = 0; layer < config.numHiddenLayers; layer++) {
        const [ownCos, ownSin, ownMask] = config.slidingLayers[layer] ? sliding : full;
        const run = (input: Tensor, [cos, sin, seen]: readonly (Tensor | undefined)[]) =>
          this.layer(layer, input, rows, time, { cos: cos!, sin: sin! }, seen, cacheRows, options);
        const constants = [ownCos, ownSin, ...(ownMask ? [ownMask] : [])];
        x = this.recompute ? recomputed(x, this.layerParameters(layer), constants, run) : run(x, constants);
        options.onHidden?.(layer + 1, x);
      }
      if (options.cache) options.cache.length += time;
      return this.norm("model.norm", x);
    });
  }

  /**
   * What `hidden` reads besides the weights: ids, cos, sin, those of sliding layers where they have a RoPE of their own, the
   * masks `mask` and `slidingMask` where they are needed (with `allMasks` wherever a longer text would need them), and for a
   * cache with room the `cacheRows` of what comes new. The caller disposes them. Throws as `hidden` does.
   */
  inputs(ids: Int32Array, batch: number, options: ForwardOptions = {}, allMasks = false): DecoderInputs {
    const past = options.cache?.length ?? 0;
    const time = this.checkIds(ids, batch, past, options.keyMask);
    const rope = ropeTables(this.config, past, time);
    const ownRope = slidingRope(this.config);
    const slidingTables = ownRope && ropeTables(ownRope, past, time);
    const room = options.cache?.room;
    const { full, sliding } = this.masks(past, time, room ?? past + time, options.keyMask, allMasks);
    return {
      ids: tf.tensor1d(ids, "int32"),
      cos: rope.cos,
      sin: rope.sin,
      ...(slidingTables && { slidingCos: slidingTables.cos, slidingSin: slidingTables.sin }),
      ...(full && { mask: full }),
      ...(sliding && { slidingMask: sliding }),
      ...(room && { cacheRows: this.cacheRows(batch, room, past) }),
    };
  }

  /**
   * The named dimensions of `inputs`: rows of ids, their time, the keys that they see ("time" or a cache's "room"), and 1 or
   * the rows for masks. A number is built into a graph.
   */
  dimensions(
    rows: number | string,
    time: number | string,
    keys: number | string,
    masks: number | string,
  ): Dimensions {
    const { numAttentionHeads, numKeyValueHeads: kvHeads, headDim } = this.config;
    const table = [time, headDim];
    const mask = [masks, 1, `${numAttentionHeads / kvHeads}*${time}`, keys];
    return {
      ids: [`${rows}*${time}`],
      ...{ cos: table, sin: table, slidingCos: table, slidingSin: table },
      ...{ mask, slidingMask: mask },
      cacheRows: [`${2 * kvHeads}*${rows}`],
    };
  }

  /** All weights and the adapter's tensors by name, as a graph is given them; a frozen matrix has no tensor to give. */
  tensors(): Record<string, Tensor> {
    const all: Record<string, Tensor> = {};
    for (const [name, weight] of this.weights)
      if (weight instanceof tf.Tensor) all[`weight.${name}`] = weight;
    for (const [module, { a, b, magnitude }] of this.adapter ?? []) {
      all[`a.${module}`] = a;
      all[`b.${module}`] = b;
      if (magnitude) all[`magnitude.${module}`] = magnitude;
    }
    return all;
  }

  /** The matrix [vocab, hidden] of the language-model head; the embedding where the two are tied. */
  get head(): Weight {
    return this.config.tieWordEmbeddings ? this.weight("model.embed_tokens") : this.weight("lm_head");
  }

  /**
   * Logits [rows, tokens] of hidden states [rows, hidden], softcapped where the family does: of all rows of the embedding, or of the
   * first `tokens`. Published embeddings have more rows than their tokenizer has tokens (Qwen3: 151,936 for 151,669).
   */
  logits(hidden: Tensor, tokens = this.config.vocabSize): Tensor {
    return tf.tidy(() => {
      const all = linear(hidden, this.head, false);
      const raw = tokens === this.config.vocabSize ? all : slice(all, [0, 0], [hidden.shape[0]!, tokens]);
      const cap = this.config.finalSoftcap;
      return cap ? scale(tanh(scale(raw, 1 / cap)), cap) : raw;
    });
  }

  /** Number of weights; a tied head counts once. */
  get parameters(): number {
    return [...this.weights.values()].reduce((sum, weight) => sum + weight.size, 0);
  }

  /** The same architecture on other weights, frozen. */
  withWeights(weights: ReadonlyMap<string, Weight>): Decoder {
    return new Decoder(this.config, weights);
  }

  dispose(): void {
    for (const weight of this.weights.values()) weight.dispose();
  }

  private layer(
    number: number,
    x: Tensor,
    batch: number,
    time: number,
    rope: RopeTables,
    mask: Tensor | undefined,
    cacheRows: Tensor | undefined,
    options: ForwardOptions,
  ): Tensor {
    const { config } = this;
    const name = `model.layers.${number}`;
    const normed = this.norm(`${name}.input_layernorm`, x);
    const mixed = attention(config, {
      query: this.headNorm(`${name}.self_attn.q_norm`, this.project(`${name}.self_attn.q_proj`, normed)),
      key: this.headNorm(`${name}.self_attn.k_norm`, this.project(`${name}.self_attn.k_proj`, normed)),
      value: this.project(`${name}.self_attn.v_proj`, normed),
      batch,
      time,
      rope,
      mask,
      cache: options.cache?.layers[number],
      cacheRows,
      oneThread: options.oneThread,
      observe: options.onAttention && ((p) => options.onAttention?.(number, p)),
    });
    let attended = this.project(`${name}.self_attn.o_proj`, mixed);
    if (config.postNorms) attended = this.norm(`${name}.post_attention_layernorm`, attended);
    const middle = tf.add(x, attended);

    const before = config.postNorms ? "pre_feedforward_layernorm" : "post_attention_layernorm";
    const input = this.norm(`${name}.${before}`, middle);
    const gated = gatedActivation(
      this.project(`${name}.mlp.gate_proj`, input),
      this.project(`${name}.mlp.up_proj`, input),
      config.activation,
    );
    let fed = this.project(`${name}.mlp.down_proj`, gated);
    if (config.postNorms) fed = this.norm(`${name}.post_feedforward_layernorm`, fed);
    return tf.add(middle, fed);
  }

  /** What takes gradients in a layer: the adapter's tensors, or all its weights, or nothing. */
  private layerParameters(number: number): Tensor[] {
    const prefix = `model.layers.${number}.`;
    const within = <T>(map: ReadonlyMap<string, T>) =>
      [...map].flatMap(([name, value]) => (name.startsWith(prefix) ? [value] : []));
    if (this.adapter) {
      return within(this.adapter).flatMap(({ a, b, magnitude }) => (magnitude ? [a, b, magnitude] : [a, b]));
    }
    return this.trainable ? (within(this.weights) as Tensor[]) : [];
  }

  private weight(module: string): Weight {
    const found = this.weights.get(`${module}.weight`);
    if (!found) throw new Error(`The model has no tensor "${module}.weight".`);
    return found;
  }

  private project(module: string, x: Tensor): Tensor {
    const update = this.adapter?.get(module);
    return update
      ? lowRankLinear(x, this.weight(module), update)
      : linear(x, this.weight(module), this.trainable);
  }

  private norm(module: string, x: Tensor): Tensor {
    const { rmsNormEps: eps, normOffset: offset } = this.config;
    return rmsNorm(x, this.weight(module) as Tensor, { eps, offset, trainable: this.trainable });
  }

  /** Qwen3 and Gemma 3 norm each head of queries and keys; the other families pass through. */
  private headNorm(module: string, x: Tensor): Tensor {
    if (!this.config.queryKeyNorm) return x;
    const { headDim } = this.config;
    const rows = x.shape[0]!;
    const width = x.shape[1]!;
    return tf.reshape(this.norm(module, tf.reshape(x, [(rows * width) / headDim, headDim])), [rows, width]);
  }

  /** Where keys and values of position `past` lie among the rows [2 · batch · kvHeads · room, headDim] of a layer's cache. */
  private cacheRows(batch: number, room: number, past: number): Tensor {
    const count = 2 * batch * this.config.numKeyValueHeads;
    return tf.tensor1d(
      Int32Array.from({ length: count }, (_, i) => i * room + past),
      "int32",
    );
  }

  private masks(first: number, time: number, keys: number, keyMask: ForwardOptions["keyMask"], all: boolean) {
    const { config } = this;
    const groups = config.numAttentionHeads / config.numKeyValueHeads;
    const anySliding = config.slidingLayers.some(Boolean) && config.slidingWindow !== undefined;
    const open = time === 1 && !keyMask && !all;
    const full = open ? undefined : attentionMask({ queries: time, keys, first, groups, keyMask });
    if (!anySliding) return { full };
    if (keys <= config.slidingWindow!) return { full, sliding: all ? full : undefined };
    const window = config.slidingWindow;
    return { full, sliding: attentionMask({ queries: time, keys, first, groups, keyMask, window }) };
  }

  private checkIds(ids: Int32Array, batch: number, past: number, keyMask: ForwardOptions["keyMask"]): number {
    const time = ids.length / batch;
    if (!Number.isInteger(time) || time < 1) {
      throw new Error(`${ids.length} token ids do not make ${batch} rows of equal length.`);
    }
    const { maxPositionEmbeddings: context } = this.config;
    if (past + time > context) {
      // Padding takes no context: positions are relative, and no token looks at it.
      const longest = Math.max(...(keyMask ?? [[past + time]]).map((row) => row.reduce((a, b) => a + b, 0)));
      if (longest > context)
        throw new Error(
          `The text has ${longest} tokens, the model's context is ${context}. Shorten the document.`,
        );
    }
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (id < 0 || id >= this.config.vocabSize) {
        throw new Error(
          `Token id ${id} at row ${Math.floor(i / time)}, position ${i % time} is outside the vocabulary of ${this.config.vocabSize}.`,
        );
      }
    }
    return time;
  }
}
