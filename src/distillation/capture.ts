// Takes a teacher's logits into a cache: over the items' own summaries, or over the tokens that it writes itself.
import { Random } from "../engine/random";
import { gatherRows, slice } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import { generate } from "../generation/generate";
import type { Decoder } from "../models/decoder";
import { takeRows } from "../models/embedding";
import { type Batch, collate } from "../prompts/batch";
import type { Example } from "../prompts/example";
import type { LogitCache, LogitCacheWriter } from "./cache";
import { type CachedRow, emptyRow, TEMPERATURES } from "./cache-row";
import { type TailSampling, teacherStatistics } from "./teacher-statistics";

export interface CaptureOptions {
  padId: number;
  /** Must be the cache's. */
  topK: number;
  /** Items at once. */
  batchSize?: number;
  /** Seed of the tail draws, for a cache with samples. */
  seed?: number;
  /** Called with the number of items done so far, those already stored included. */
  onProgress?: (done: number) => void;
}

export interface GeneratedCaptureOptions extends CaptureOptions {
  /** Generation ends with one of these; the step that predicts it is the last one stored. */
  stopIds: readonly number[];
  maxNewTokens: number;
}

/** Logits held at once, tokens · vocab. */
const CHUNK_ELEMENTS = 4_000_000;

/**
 * Stores the teacher's logits at every position that training scores (teacher forcing; `collate` aligns both).
 * Items that the cache holds are skipped, so an interrupted capture goes on.
 */
export function captureGold(
  decoder: Decoder,
  examples: readonly Example[],
  writer: LogitCacheWriter,
  options: CaptureOptions,
): void {
  checkCapture(decoder, writer, options, "gold");
  forEachBatch(examples, writer, options, (group) => {
    const batch = collate(group, options.padId);
    const row = statistics(decoder, batch, options, writer.header.samples);
    let from = 0;
    for (const [i, id] of batch.exampleIds.entries()) {
      const to = from + batch.counts[i]!;
      if (!writer.has(id)) writer.append(id, cutRow(row, from, to));
      from = to;
    }
  });
}

/**
 * Lets the teacher write (greedily) after each prompt and stores the logits of each of its steps, the one that ends its
 * turn included and none after it. The rows' targetIds are its tokens.
 */
export function captureGenerated(
  decoder: Decoder,
  examples: readonly Example[],
  writer: LogitCacheWriter,
  options: GeneratedCaptureOptions,
): void {
  checkCapture(decoder, writer, options, "generated");
  const { padId, stopIds, maxNewTokens, topK } = options;
  const stop = new Set(stopIds);
  forEachBatch(examples, writer, options, (group) => {
    const steps: CachedRow[][] = group.map(() => []);
    const ended = group.map(() => false);
    const sampling = tailSampling(writer.header.samples, options.seed, group[0]!.id);
    const texts = generate(
      decoder,
      group.map((e) => e.promptIds),
      {
        padId,
        stopIds,
        maxNewTokens,
        batchSize: group.length,
        onLogits: (logits, prompts) => {
          const running = prompts.map((_, row) => row).filter((row) => !ended[prompts[row]!]);
          if (running.length === 0) return;
          const all = running.length === prompts.length;
          const wanted = all ? logits : gatherRows(logits, tf.tensor1d(running, "int32"));
          const row = teacherStatistics(wanted, topK, undefined, sampling);
          for (const [at, from] of running.entries()) {
            const prompt = prompts[from]!;
            steps[prompt]!.push(cutRow(row, at, at + 1));
            if (stop.has(row.targetIds[at]!)) ended[prompt] = true;
          }
        },
      },
    );
    for (const [i, { id }] of group.entries()) {
      const row = joinRows(steps[i]!, { topK, samples: writer.header.samples ?? 0 });
      const written = ended[i] ? row.targetIds.subarray(0, -1) : row.targetIds;
      if (written.length !== texts[i]!.length || written.some((token, t) => token !== texts[i]![t])) {
        throw new Error(`Item ${id}: the captured tokens are not those that were generated.`);
      }
      if (!writer.has(id)) writer.append(id, row);
    }
  });
}

/** The examples with the cached tokens as targets: sequence-level distillation learns the teacher's own texts. */
export function withCachedTargets(examples: readonly Example[], cache: LogitCache): Example[] {
  return examples.map((example) => ({ ...example, targetIds: [...cache.row(example.id).targetIds] }));
}

/**
 * Mean KL (nats a token, T = 1) of the teacher's full distribution against the cached one, whose tail mass is spread
 * evenly over the tokens outside the top k. The teacher runs again over the cached targets.
 */
export function cacheError(
  decoder: Decoder,
  examples: readonly Example[],
  cache: LogitCache,
  { padId }: { padId: number },
): number {
  let total = 0;
  let tokens = 0;
  for (const example of withCachedTargets(examples, cache)) {
    const batch = collate([example], padId);
    const row = cache.row(example.id);
    forEachChunk(decoder, batch, (logits, start) => {
      const values = logits.dataSync() as Float32Array;
      const vocab = logits.shape[1]!;
      for (let t = 0; t < logits.shape[0]!; t++) {
        total += reconstructionKl(values.subarray(t * vocab, (t + 1) * vocab), row, start + t);
        tokens++;
      }
    });
  }
  return total / tokens;
}

/** KL of softmax(logits) against position t of a cached row with an even tail, in float64. */
export function reconstructionKl(logits: Float32Array, row: CachedRow, t: number): number {
  const k = row.topIds.length / row.targetIds.length;
  const top = logits.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - top);
  const logSum = top + Math.log(sum);
  const cached = cachedLogProbabilities(row, t);
  let kl = 0;
  let tail = 0;
  let tailEntropy = 0;
  let next = t * k;
  for (let id = 0; id < logits.length; id++) {
    const logP = logits[id]! - logSum;
    const p = Math.exp(logP);
    if (next < (t + 1) * k && row.topIds[next] === id) {
      kl += p * (logP - cached.top[next - t * k]!);
      next++;
    } else {
      tail += p;
      tailEntropy += p * logP;
    }
  }
  return kl + tailEntropy - tail * (cached.tail - Math.log(logits.length - k));
}

/** Log-probabilities at T = 1 of position t's top k and of all other tokens together, normalised to 1. */
export function cachedLogProbabilities(row: CachedRow, t: number): { top: Float64Array; tail: number } {
  const k = row.topIds.length / row.targetIds.length;
  const logSum = row.logSumExp[t * TEMPERATURES.length]!;
  const tail = row.logTail[t * TEMPERATURES.length]!;
  const top = Float64Array.from(row.topLogits.subarray(t * k, (t + 1) * k), (logit) => logit - logSum);
  const excess = Math.log(top.reduce((sum, logP) => sum + Math.exp(logP), 0)) - Math.log1p(-Math.exp(tail));
  // The tail is stored to 0.001 nats, the top logits to about 0.01: these take up the difference.
  return { top: top.map((logP) => logP - excess), tail };
}

function checkCapture(
  decoder: Decoder,
  writer: LogitCacheWriter,
  options: CaptureOptions,
  source: "gold" | "generated",
): void {
  const { header } = writer;
  const expect = (field: string, stored: unknown, needed: unknown) => {
    if (stored !== needed) {
      throw new Error(`${writer.directory}: ${field}: the cache has ${stored}, this capture ${needed}.`);
    }
  };
  expect("source", header.source, source);
  expect("topK", header.topK, options.topK);
  expect("vocabSize", header.vocabSize, decoder.config.vocabSize);
}

/**
 * Groups of similar length that do not depend on what is stored already: an interrupted capture recomputes its last
 * group whole, so that every row comes from the same arithmetic as without the interruption.
 */
function forEachBatch(
  examples: readonly Example[],
  writer: LogitCacheWriter,
  { batchSize = 16, onProgress }: CaptureOptions,
  run: (group: Example[]) => void,
): void {
  const length = (e: Example) => e.promptIds.length + e.targetIds.length;
  const ordered = [...examples].sort((a, b) => length(a) - length(b));
  for (let start = 0; start < ordered.length; start += batchSize) {
    const group = ordered.slice(start, start + batchSize);
    if (group.some(({ id }) => !writer.has(id))) run(group);
    onProgress?.(Math.min(start + batchSize, ordered.length));
  }
}

/** Runs `use` on the logits of a batch's scored positions, a chunk at a time. */
function forEachChunk(decoder: Decoder, batch: Batch, use: (logits: Tensor, start: number) => void): void {
  const rows = batch.positions.length;
  const size = Math.max(1, Math.floor(CHUNK_ELEMENTS / decoder.config.vocabSize));
  tf.tidy(() => {
    const hidden = takeRows(decoder.hidden(batch.ids, batch.rows), tf.tensor1d(batch.positions, "int32"));
    for (let start = 0; start < rows; start += size) {
      const count = Math.min(size, rows - start);
      tf.tidy(() => {
        use(decoder.logits(slice(hidden, [start, 0], [count, hidden.shape[1]!])), start);
      });
    }
  });
}

function statistics(
  decoder: Decoder,
  batch: Batch,
  { topK, seed }: CaptureOptions,
  samples: number | undefined,
): CachedRow {
  const parts: CachedRow[] = [];
  const sampling = tailSampling(samples, seed, batch.exampleIds[0]!);
  forEachChunk(decoder, batch, (logits, start) => {
    const targets = batch.targets.subarray(start, start + logits.shape[0]!);
    parts.push(teacherStatistics(logits, topK, targets, sampling));
  });
  return joinRows(parts, { topK, samples: samples ?? 0 });
}

/** A stream of its own for each group, so that an interrupted capture draws what an uninterrupted one does. */
function tailSampling(samples: number | undefined, seed = 0, firstId: string): TailSampling | undefined {
  if (!samples) return undefined;
  let mixed = seed;
  for (const character of firstId) mixed = (Math.imul(mixed, 31) + character.codePointAt(0)!) >>> 0;
  return { samples, random: new Random(mixed) };
}

/** Positions from … to - 1 of a row. */
function cutRow(row: CachedRow, from: number, to: number): CachedRow {
  const n = row.targetIds.length;
  const cut = <A extends Int32Array | Float32Array>(values: A): A => {
    const width = values.length / n;
    return values.slice(from * width, to * width) as A;
  };
  return mapRow(row, cut);
}

function joinRows(parts: readonly CachedRow[], shape: { topK: number; samples: number }): CachedRow {
  const whole = emptyRow(
    parts.reduce((sum, part) => sum + part.targetIds.length, 0),
    shape,
  );
  for (const field of Object.keys(whole) as (keyof CachedRow)[]) {
    let at = 0;
    for (const part of parts) {
      whole[field].set(part[field], at);
      at += part[field].length;
    }
  }
  return whole;
}

function mapRow(row: CachedRow, f: <A extends Int32Array | Float32Array>(values: A) => A): CachedRow {
  const fields = Object.entries(row) as [keyof CachedRow, Int32Array | Float32Array][];
  return Object.fromEntries(fields.map(([field, values]) => [field, f(values)])) as unknown as CachedRow;
}
