// Reading the prompts and one decoding step, op by op or as TensorFlow graphs with weights, keys and values as inputs. What a
// graph saves is the cost of calling some 70 ops a layer one by one.
import { GraphCache } from "../engine/graph/cache";
import { compile } from "../engine/graph/compile";
import type { Dimensions } from "../engine/graph/dimensions";
import type { GraphSession } from "../engine/graph/session";
import type { Named } from "../engine/graph/trace";
import { onGpu } from "../engine/load-engine";
import { argMax, gatherRows } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import { type Decoder, type DecoderInputs, type ForwardOptions, KeyValueCache } from "../models/decoder";

/** What a decoding step gives. */
export type DecodingStep = {
  /** [batch, vocab] */
  logits: Tensor;
  /** Each row's likeliest token, int32 [batch]. */
  next: Tensor;
  /** What was computed beside it. */
  results?: Named;
};

/** A computation on the logits of each step that can wait until the next one: where steps are a graph it runs beside that. */
export interface SideOutputs {
  /** What tells it from others: steps with it are a graph of their own. */
  name: string;
  /** What it reads besides the logits, for a number of rows; freed at the end. */
  inputs: (rows: number) => Named;
  /** The named dimensions of `inputs`, that of the rows being "batch". */
  dimensions: Dimensions;
  /** Device ops only. */
  compute: (logits: Tensor, inputs: Named) => Named;
  /** Called with each step's results in order, and the prompt numbers of its rows; the results are freed afterwards. */
  take: (results: Named, prompts: readonly number[]) => void;
}

export interface DecodingOptions {
  /** Whether steps run as graphs, for decoders that `canBeGraph`. */
  compiled: boolean;
  /** After the prompt: attention's products by one thread, and all ops of a graph in order. */
  oneThread: boolean;
  /** Tokens that logits are wanted of, from the first on. */
  vocabSize: number;
  sideOutputs?: Pick<SideOutputs, "name" | "dimensions" | "compute">;
}

type KeyMask = NonNullable<ForwardOptions["keyMask"]>;

/** Names of what is beside the step, among inputs and outputs. */
const SIDE = "side.";
/** What is beside the step has an order of its own. */
const strandOf = (output: string) => (output.startsWith(SIDE) ? SIDE : "");

/** One graph serves all decoders of a structure. */
const graphs = new GraphCache(8);

/** Whether a decoder's steps can be graphs (weights are fp32) and gain by it (on a GPU inputs would travel every step). */
export const canBeGraph = (decoder: Decoder): boolean =>
  !onGpu() && decoder.plain && [...decoder.weights.values()].every((weight) => weight instanceof tf.Tensor);

/**
 * A function that extends a cache by as many tokens of each row, ids [rows · time], `keyMask` being 1 for each real token so
 * far, the new ones included. Where steps are graphs it computes what is beside the step before too, of `before`.
 */
export function decoding(
  decoder: Decoder,
  options: DecodingOptions,
): (ids: Int32Array, cache: KeyValueCache, keyMask: KeyMask, before?: Named) => DecodingStep {
  const { compiled, vocabSize, sideOutputs } = options;
  const weights = compiled ? decoder.tensors() : {};
  const sessions: Partial<Record<"prompt" | "step", GraphSession>> = {};
  return (ids, cache, keyMask, before = {}) =>
    tf.tidy(() => {
      const kind = cache.length === 0 ? "prompt" : "step";
      const time = ids.length / keyMask.length;
      const oneThread = options.oneThread && kind === "step";
      if (compiled && kind === "step") cache.reserve();
      // Without padding the mask is of no use op by op; a graph is for texts with padding too.
      const padded = compiled || keyMask.some((row) => row.includes(0));
      const inputs: Named = decoder.inputs(
        ids,
        keyMask.length,
        { cache, ...(padded && { keyMask }) },
        compiled,
      );
      if (kind === "prompt") inputs.last = lastPositions(keyMask.length, time);
      const step = (inputs: Named, cache: KeyValueCache): DecodingStep => {
        const hidden = decoder.hidden(ids, keyMask.length, {
          cache,
          oneThread,
          inputs: inputs as DecoderInputs,
        });
        const logits = decoder.logits(inputs.last ? gatherRows(hidden, inputs.last) : hidden, vocabSize);
        return { logits, next: argMax(logits) };
      };
      if (!compiled) return step(inputs, cache);

      const side = kind === "step" ? sideOutputs : undefined;
      const given = { ...inputs, ...keysAndValues(cache), ...weights, ...(side && withPrefix(before)) };
      sessions[kind] ??= graphs.get(structure(decoder, kind, oneThread, vocabSize, side?.name), () =>
        compile(
          (inputs) => {
            const own = cacheOf(decoder.config.numHiddenLayers, inputs);
            const { logits, next } = step(inputs, own);
            const results = side?.compute(inputs[`${SIDE}logits`]!, withoutPrefix(inputs)) ?? {};
            return { logits, next, ...keysAndValues(own), ...withPrefix(results) };
          },
          given,
          dimensionsOf(decoder, kind, vocabSize, side),
          oneThread ? { strandOf } : {},
        ),
      );
      const { logits, next, ...parts } = sessions[kind]!.run(given);
      adopt(cache, parts);
      cache.length += time;
      return { logits: logits!, next: next!, ...(side && { results: withoutPrefix(parts) }) };
    });
}

const withPrefix = (tensors: Named): Named =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [SIDE + name, tensor]));

const withoutPrefix = (parts: Named): Named =>
  Object.fromEntries(
    Object.entries(parts).flatMap(([name, tensor]) =>
      name.startsWith(SIDE) ? [[name.slice(SIDE.length), tensor]] : [],
    ),
  );

/** What a graph depends on. */
const structure = (decoder: Decoder, ...kind: unknown[]): string =>
  JSON.stringify([
    kind,
    decoder.config,
    Object.entries(decoder.tensors()).map(([name, { shape }]) => [name, shape]),
    [...(decoder.adapter ?? [])].map(([module, { scale }]) => [module, scale]),
  ]);

function dimensionsOf(
  decoder: Decoder,
  kind: "prompt" | "step",
  vocabSize: number,
  side: DecodingOptions["sideOutputs"],
): Dimensions {
  if (kind === "prompt") {
    return { ...decoder.dimensions("batch", "time", "time", "batch"), last: ["batch"] };
  }
  const { numHiddenLayers, numKeyValueHeads, headDim } = decoder.config;
  const past = ["2*batch", numKeyValueHeads, "room", headDim];
  const layers = Array.from({ length: numHiddenLayers }, (_, i) => [`past.${i}`, past]);
  const before: Dimensions = { logits: ["batch", vocabSize], ...side?.dimensions };
  const sideOutputs = Object.entries(before).map(([name, axes]) => [SIDE + name, axes]);
  return {
    ...decoder.dimensions("batch", 1, "room", "batch"),
    ...Object.fromEntries([...layers, ...sideOutputs]),
  };
}

/** A cache of the keys and values that a graph is given, none before a prompt. */
function cacheOf(layers: number, inputs: Named): KeyValueCache {
  const cache = new KeyValueCache(layers);
  // The step frees what it extends, and a recording needs its inputs to the end.
  for (const [i, layer] of cache.layers.entries()) layer.past = inputs[`past.${i}`]?.clone();
  return cache;
}

/** Takes over keys and values that a graph gave. */
function adopt(cache: KeyValueCache, parts: Named): void {
  for (const [i, layer] of cache.layers.entries()) {
    layer.past?.dispose();
    layer.past = tf.keep(parts[`past.${i}`]!);
  }
}

const keysAndValues = ({ layers }: KeyValueCache): Named =>
  Object.fromEntries(layers.flatMap(({ past }, i) => (past ? [[`past.${i}`, past]] : [])));

/** The number of each row's last position among `rows` rows of `time`, int32 [rows]. */
const lastPositions = (rows: number, time: number): Tensor =>
  tf.tensor1d(
    Int32Array.from({ length: rows }, (_, row) => (row + 1) * time - 1),
    "int32",
  );
