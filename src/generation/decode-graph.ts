// One decoding step as a TensorFlow graph: recorded from the eager step, then run with weights, keys and values as inputs.
// The same ops on the same numbers; what falls away is the cost of calling some 70 of them a layer one by one.
import { GraphCache } from "../engine/graph/cache";
import type { GraphSession } from "../engine/graph/session";
import { type Named, type Trace, trace } from "../engine/graph/trace";
import { onGpu } from "../engine/load-engine";
import { argMax } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import { type Decoder, type ForwardOptions, KeyValueCache } from "../models/decoder";

/** What a decoding step gives: logits [batch, vocab], and each row's likeliest token, int32 [batch]. */
export interface DecodingStep {
  logits: Tensor;
  next: Tensor;
}

type KeyMask = NonNullable<ForwardOptions["keyMask"]>;

/** Sizes of the two recorded steps: different, and no size twice another one in both. */
const RECORDED = [
  { batch: 2, room: 5 },
  { batch: 3, room: 11 },
] as const;

/** One graph serves all decoders of a structure. */
const graphs = new GraphCache(4);

/**
 * The decoder's step for one token a row, as a function of the tokens, the cache that it extends and 1 for each real token
 * so far, the new ones included. Batch and length are free. Undefined where a step cannot be a graph (weights narrower than
 * fp32) or gains nothing (on a GPU inputs would travel every step). Weights are read at every call, so they may change.
 */
export function decodeGraph(
  decoder: Decoder,
  oneThread: boolean,
): ((ids: Int32Array, cache: KeyValueCache, keyMask: KeyMask) => DecodingStep) | undefined {
  if (onGpu() || [...decoder.weights.values()].some((w) => !(w instanceof tf.Tensor))) return;
  const session = sessionFor(decoder, oneThread);
  const parameters = parametersOf(decoder);
  return (ids, cache, keyMask) =>
    tf.tidy(() => {
      cache.reserve();
      const step = decoder.inputs(ids, ids.length, { cache, keyMask }, true);
      const { logits, next, ...parts } = session.run({ ...step, ...keysAndValues(cache), ...parameters });
      for (const [i, layer] of cache.layers.entries()) {
        layer.past!.dispose();
        layer.past = tf.keep(parts[`past.${i}`]!);
      }
      cache.length++;
      return { logits: logits!, next: next! };
    });
}

function sessionFor(decoder: Decoder, oneThread: boolean): GraphSession {
  const structure = JSON.stringify([
    decoder.config,
    oneThread,
    Object.entries(parametersOf(decoder)).map(([name, { shape }]) => [name, shape]),
    [...(decoder.adapter ?? [])].map(([module, { scale }]) => [module, scale]),
  ]);
  const [first, second] = RECORDED;
  const record = (): [Trace, Trace] => [
    recordStep(decoder, oneThread, first),
    recordStep(decoder, oneThread, second),
  ];
  return graphs.get(structure, record, oneThread);
}

/** Takes the eager step once with `batch` rows and zeros for all positions but the last that there is room for. */
function recordStep(decoder: Decoder, oneThread: boolean, { batch, room }: (typeof RECORDED)[number]): Trace {
  const { numHiddenLayers, numKeyValueHeads, headDim } = decoder.config;
  const cache = new KeyValueCache(numHiddenLayers);
  let recorded: Trace;
  try {
    tf.tidy(() => {
      cache.length = room - 1;
      cache.room = room;
      for (const layer of cache.layers) layer.past = tf.zeros([2 * batch, numKeyValueHeads, room, headDim]);
      const ids = new Int32Array(batch);
      const keyMask = Array.from({ length: batch }, () => new Array<number>(room).fill(1));
      const step = decoder.inputs(ids, batch, { cache, keyMask }, true);
      const inputs = { ...step, ...keysAndValues(cache), ...parametersOf(decoder) };
      // The step frees what it extends; the recording needs its inputs to the end.
      for (const layer of cache.layers) layer.past = layer.past!.clone();
      const run = (): Named => {
        const logits = decoder.logits(decoder.hidden(ids, batch, { cache, oneThread, inputs: step }));
        return { logits, next: argMax(logits), ...keysAndValues(cache) };
      };
      recorded = trace({ inputs, state: () => ({}), run });
    });
    return recorded!;
  } finally {
    cache.dispose();
  }
}

const keysAndValues = ({ layers }: KeyValueCache): Named =>
  Object.fromEntries(layers.map(({ past }, i) => [`past.${i}`, past!]));

function parametersOf({ weights, adapter }: Decoder): Named {
  const all: Named = {};
  for (const [name, weight] of weights) all[`weight.${name}`] = weight as Tensor;
  for (const [module, { a, b, magnitude }] of adapter ?? []) {
    all[`a.${module}`] = a;
    all[`b.${module}`] = b;
    if (magnitude) all[`magnitude.${module}`] = magnitude;
  }
  return all;
}
