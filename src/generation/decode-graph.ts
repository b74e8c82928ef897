// Reading the prompts and one decoding step as TensorFlow graphs: recorded from the eager ops, then run with weights, keys
// and values as inputs. What falls away is the cost of calling some 70 ops a layer one by one.
import { GraphCache } from "../engine/graph/cache";
import type { GraphSession } from "../engine/graph/session";
import { type Named, type Trace, type Traced, trace } from "../engine/graph/trace";
import { onGpu } from "../engine/load-engine";
import { argMax, gatherRows } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import { type Decoder, type DecoderInputs, type ForwardOptions, KeyValueCache } from "../models/decoder";

/** What a decoding step gives: logits [batch, vocab], and each row's likeliest token, int32 [batch]. */
export interface DecodingStep {
  logits: Tensor;
  next: Tensor;
  /** Of the computation beside the step. */
  results?: Named;
}

/** A computation on the logits of each step that can wait until the next one: where steps are a graph it runs beside that. */
export interface Beside {
  /** What tells it from others: steps with it are a graph of their own. */
  name: string;
  /** What it reads besides the logits, for a number of rows; freed at the end. */
  inputs: (rows: number) => Named;
  /** Device ops only. */
  compute: (logits: Tensor, inputs: Named) => Named;
  /** Called with each step's results in order, and the prompt numbers of its rows; the results are freed afterwards. */
  take: (results: Named, prompts: readonly number[]) => void;
}

export interface DecodingOptions {
  /** Attention's products by one thread, and all ops in order. */
  oneThread: boolean;
  /** Tokens that logits are wanted of, from the first on. */
  vocabSize: number;
  beside?: Pick<Beside, "name" | "inputs" | "compute">;
}

/** Names of what is beside the step, among inputs and outputs. */
const BESIDE = "beside.";

type KeyMask = NonNullable<ForwardOptions["keyMask"]>;

/** Sizes of the two recorded steps: different, and no size twice another one in both. */
const RECORDED = [
  { batch: 2, room: 5 },
  { batch: 3, room: 11 },
] as const;

/** Sizes of the two recorded prompts, likewise. */
const RECORDED_PROMPTS = [
  { batch: 2, time: 5 },
  { batch: 3, time: 11 },
] as const;

/** One graph serves all decoders of a structure. */
const graphs = new GraphCache(8);

/** Whether a decoder's steps can be graphs (weights are fp32) and gain by it (on a GPU inputs would travel every step). */
export const canBeGraph = (decoder: Decoder): boolean =>
  !onGpu() && decoder.plain && [...decoder.weights.values()].every((weight) => weight instanceof tf.Tensor);

/**
 * Reads prompts [batch · time] into an empty cache, `keyMask` telling padding from tokens, and gives the logits of the
 * first `vocabSize` tokens after the last position. Batch and length are free; weights are read at every call.
 */
export function promptGraph(
  decoder: Decoder,
  vocabSize: number,
): (ids: Int32Array, cache: KeyValueCache, keyMask: KeyMask) => DecodingStep {
  const [first, second] = RECORDED_PROMPTS;
  const session = graphs.get(structure(decoder, "prompt", vocabSize), () => [
    recordPrompt(decoder, vocabSize, first),
    recordPrompt(decoder, vocabSize, second),
  ]);
  const parameters = parametersOf(decoder);
  return (ids, cache, keyMask) =>
    tf.tidy(() => {
      const given = promptInputs(decoder, ids, keyMask);
      const { logits, next, ...parts } = session.run({ ...given, ...parameters });
      adopt(cache, parts);
      cache.length = ids.length / keyMask.length;
      return { logits: logits!, next: next! };
    });
}

/**
 * The decoder's step for one token a row, as a function of the tokens, the cache that it extends, 1 for each real token so
 * far, the new ones included, and what is computed beside it of the step before. Batch and length are free; weights are
 * read at every call.
 */
export function decodeGraph(
  decoder: Decoder,
  options: DecodingOptions,
): (ids: Int32Array, cache: KeyValueCache, keyMask: KeyMask, beside?: Named) => DecodingStep {
  const session = sessionFor(decoder, options);
  const parameters = parametersOf(decoder);
  return (ids, cache, keyMask, beside = {}) =>
    tf.tidy(() => {
      cache.reserve();
      const step = decoder.inputs(ids, ids.length, { cache, keyMask }, true);
      const { logits, next, ...parts } = session.run({
        ...step,
        ...keysAndValues(cache),
        ...parameters,
        ...prefixed(beside),
      });
      adopt(cache, parts);
      cache.length++;
      return { logits: logits!, next: next!, ...(options.beside && { results: results(parts) }) };
    });
}

const prefixed = (tensors: Named): Named =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [BESIDE + name, tensor]));

const results = (parts: Named): Named =>
  Object.fromEntries(
    Object.entries(parts).flatMap(([name, tensor]) =>
      name.startsWith(BESIDE) ? [[name.slice(BESIDE.length), tensor]] : [],
    ),
  );

function sessionFor(decoder: Decoder, options: DecodingOptions): GraphSession {
  const [first, second] = RECORDED;
  const recordBoth = (): [Trace, Trace] => [
    recordStep(decoder, options, first),
    recordStep(decoder, options, second),
  ];
  const name = structure(decoder, "step", options.oneThread, options.vocabSize, options.beside?.name);
  return graphs.get(name, recordBoth, options.oneThread ? strandOf : undefined);
}

/** What a graph depends on. */
const structure = (decoder: Decoder, ...kind: unknown[]): string =>
  JSON.stringify([
    kind,
    decoder.config,
    Object.entries(parametersOf(decoder)).map(([name, { shape }]) => [name, shape]),
    [...(decoder.adapter ?? [])].map(([module, { scale }]) => [module, scale]),
  ]);

/** Takes over keys and values that a graph gave. */
function adopt(cache: KeyValueCache, parts: Named): void {
  for (const [i, layer] of cache.layers.entries()) {
    layer.past?.dispose();
    layer.past = tf.keep(parts[`past.${i}`]!);
  }
}

/** What reading prompts reads besides weights; `last`: the number of each row's last position. */
function promptInputs(decoder: Decoder, ids: Int32Array, keyMask: KeyMask): DecoderInputs {
  const rows = keyMask.length;
  const last = lastPositions(rows, ids.length / rows);
  return { ...decoder.inputs(ids, rows, { keyMask }, true), last };
}

/** The number of each row's last position among `rows` rows of `time`, int32 [rows]. */
export const lastPositions = (rows: number, time: number): Tensor =>
  tf.tensor1d(
    Int32Array.from({ length: rows }, (_, row) => (row + 1) * time - 1),
    "int32",
  );

/** Records what `prepare` makes of an empty cache; a graph's only state is what it is given. */
function record(decoder: Decoder, prepare: (cache: KeyValueCache) => Pick<Traced, "inputs" | "run">): Trace {
  const cache = new KeyValueCache(decoder.config.numHiddenLayers);
  let recorded: Trace;
  try {
    tf.tidy(() => {
      recorded = trace({ ...prepare(cache), state: () => ({}) });
    });
    return recorded!;
  } finally {
    cache.dispose();
  }
}

/** Reads `batch` prompts of `time` tokens once, op by op. */
const recordPrompt = (
  decoder: Decoder,
  vocabSize: number,
  { batch, time }: (typeof RECORDED_PROMPTS)[number],
): Trace =>
  record(decoder, (cache) => {
    const ids = new Int32Array(batch * time);
    const keyMask = Array.from({ length: batch }, () => new Array<number>(time).fill(1));
    const { last, ...given } = promptInputs(decoder, ids, keyMask);
    return {
      inputs: { ...given, last: last!, ...parametersOf(decoder) },
      run: () => {
        const hidden = decoder.hidden(ids, batch, { cache, inputs: given });
        const logits = decoder.logits(gatherRows(hidden, last!), vocabSize);
        return { logits, next: argMax(logits), ...keysAndValues(cache) };
      },
    };
  });

/** What is beside the step has an order of its own. */
const strandOf = (output: string) => (output.startsWith(BESIDE) ? BESIDE : "");

/** Takes the eager step once with `batch` rows and zeros for all positions but the last that there is room for. */
const recordStep = (
  decoder: Decoder,
  { oneThread, vocabSize, beside }: DecodingOptions,
  { batch, room }: (typeof RECORDED)[number],
): Trace =>
  record(decoder, (cache) => {
    const { numKeyValueHeads, headDim } = decoder.config;
    cache.length = room - 1;
    cache.room = room;
    for (const layer of cache.layers) layer.past = tf.zeros([2 * batch, numKeyValueHeads, room, headDim]);
    const ids = new Int32Array(batch);
    const keyMask = Array.from({ length: batch }, () => new Array<number>(room).fill(1));
    const step = decoder.inputs(ids, batch, { cache, keyMask }, true);
    const before: Named = beside
      ? { logits: tf.zeros([batch, vocabSize]) as Tensor, ...beside.inputs(batch) }
      : {};
    const inputs = { ...step, ...keysAndValues(cache), ...parametersOf(decoder), ...prefixed(before) };
    // The step frees what it extends; the recording needs its inputs to the end.
    for (const layer of cache.layers) layer.past = layer.past!.clone();
    return {
      inputs,
      run: () => {
        const logits = decoder.logits(
          decoder.hidden(ids, batch, { cache, oneThread, inputs: step }),
          vocabSize,
        );
        const results = beside ? prefixed(beside.compute(before.logits!, before)) : {};
        return { logits, next: argMax(logits), ...keysAndValues(cache), ...results };
      },
    };
  });

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
