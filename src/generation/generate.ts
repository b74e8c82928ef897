// Batched generation with a key-value cache: prompts padded on the left, sorted by length, rows that end leave the batch.

import type { Random } from "../base/random";
import { onGpu } from "../engine/load-engine";
import { type Tensor, tf } from "../engine/tf";
import { type Decoder, KeyValueCache } from "../models/decoder";
import { checkPrompts, newTokenLimit } from "./context-end";
import { canBeGraph, decoding, type SideOutputs } from "./decode-graph";
import { type SamplingOptions, sampleToken } from "./sampling";

export interface GenerateOptions {
  maxNewTokens: number;
  /** Generation of a row ends when one of these comes; it is not part of the result. */
  stopIds: readonly number[];
  padId: number;
  /** Rows decoded at once. */
  batchSize?: number;
  /** Tokens of the tokenizer: what an embedding has beyond them is neither written nor seen in logits. Absent: all rows. */
  vocabSize?: number;
  /** Absent: greedy. */
  sampling?: SamplingOptions & { random: Random };
  /** Called per step with the logits [rows, vocab] from which each row's next token is chosen, and those rows' prompt numbers. */
  onLogits?: (logits: Tensor, prompts: readonly number[], step: number) => void;
  /** A computation on each step's logits. */
  sideOutputs?: SideOutputs;
  /** Whether steps after the prompt run as one graph where they can, which gives the same numbers sooner. Default: true. */
  compile?: boolean;
  /** Called when prompts are finished. */
  onProgress?: (finished: number) => void;
}

/** A step that multiplies no more numbers than this, weights times rows, is sooner done by one thread (docs/LOG.md, 2026-11-30). */
const ONE_THREAD = 2 ** 26;

/**
 * The tokens that the model writes after each prompt, stop token left out, in the order of the prompts. A row ends with the
 * model's context whatever the others do. Throws before anything is written for an empty prompt or one longer than the context.
 */
export function generate(
  decoder: Decoder,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): number[][] {
  const batchSize = options.batchSize ?? 64;
  checkPrompts(decoder.config, prompts);
  const results: number[][] = prompts.map(() => []);
  const limits = prompts.map(({ length }) => newTokenLimit(decoder.config, length, options.maxNewTokens));
  const order = prompts
    .map((_, i) => i)
    .filter((i) => limits[i]! > 0)
    .sort((a, b) => prompts[a]!.length - prompts[b]!.length);
  for (let start = 0; start < order.length; start += batchSize) {
    generateBatch(decoder, prompts, order.slice(start, start + batchSize), limits, results, options);
    options.onProgress?.(Math.min(order.length, start + batchSize));
  }
  return results;
}

function generateBatch(
  decoder: Decoder,
  prompts: readonly (readonly number[])[],
  rows: number[],
  limits: readonly number[],
  results: number[][],
  options: GenerateOptions,
): void {
  const { padId, sampling, sideOutputs, compile = true, vocabSize = decoder.config.vocabSize } = options;
  const { maxPositionEmbeddings: context } = decoder.config;
  const stop = new Set(options.stopIds);
  const length = Math.max(...rows.map((i) => prompts[i]!.length));
  const ids = new Int32Array(rows.length * length).fill(padId);
  const pads = rows.map((i) => length - prompts[i]!.length);
  for (const [row, i] of rows.entries()) ids.set(prompts[i]!, row * length + pads[row]!);
  const keyMask = pads.map((pad) => Array.from({ length }, (_, t) => (t < pad ? 0 : 1)));

  const oneThread = !onGpu() && decoder.parameters * rows.length <= ONE_THREAD;
  const cache = new KeyValueCache(decoder.config.numHiddenLayers);
  const finished = rows.map(() => false);
  const extra = sideOutputs?.inputs(rows.length);
  /** The last step's logits, on which `sideOutputs` has not been computed yet. */
  let waiting: Tensor | undefined;
  try {
    let input = ids;
    const compiled = compile && canBeGraph(decoder);
    const decode = decoding(decoder, { compiled, oneThread, vocabSize, sideOutputs });
    for (let step = 0; ; step++) {
      // A row that has filled its context goes on as padding until the others end.
      if (step > 0)
        for (const [row, i] of rows.entries())
          keyMask[row]!.push(prompts[i]!.length + step > context ? 0 : 1);
      const next = tf.tidy(() => {
        const before = waiting && { logits: waiting, ...extra };
        const { logits, next, results } = decode(input, cache, keyMask, before);
        options.onLogits?.(logits, rows, step);
        if (sideOutputs) {
          if (waiting) sideOutputs.take(results ?? sideOutputs.compute(waiting, extra!), rows);
          waiting?.dispose();
          waiting = tf.keep(logits);
        }
        if (!sampling) return next.dataSync() as Int32Array;
        const values = logits.dataSync() as Float32Array;
        return Int32Array.from(rows, (_, row) =>
          finished[row]
            ? padId
            : sampleToken(values.subarray(row * vocabSize, (row + 1) * vocabSize), sampling, sampling.random),
        );
      });
      for (const [row, i] of rows.entries()) {
        if (finished[row]) continue;
        if (stop.has(next[row]!)) finished[row] = true;
        else finished[row] = results[i]!.push(next[row]!) === limits[i];
      }
      if (finished.every(Boolean)) break;
      input = Int32Array.from(next, (id, row) => (finished[row] ? padId : id));
    }
    if (sideOutputs && waiting) tf.tidy(() => sideOutputs.take(sideOutputs.compute(waiting!, extra!), rows));
  } finally {
    waiting?.dispose();
    tf.dispose(extra ?? {});
    cache.dispose();
  }
}
