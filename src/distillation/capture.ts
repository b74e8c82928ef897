// Takes a teacher's logits into a cache: over the items' own summaries, or over the tokens that it writes itself.
import { Random } from "../base/random";
import { newTokenLimit } from "../generation/context-end";
import { generate } from "../generation/generate";
import type { Decoder } from "../models/decoder";
import { type Batch, collate } from "../prompts/batch";
import type { Example } from "../prompts/example";
import type { CacheHeader, LogitCacheWriter } from "./cache";
import { type CachedRow, emptyRow, type RowShape } from "./cache-row";
import { forEachChunk } from "./scored-logits";
import {
  deviceStatistics,
  readStatistics,
  rowNumbers,
  type TailSampling,
  teacherStatistics,
} from "./teacher-statistics";

export { cacheError } from "./cache-error";

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
    const row = statistics(decoder, batch, options, writer.header);
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
  forEachBatch(examples, writer, options, (group) => {
    const sampling = tailSampling(writer.header.samples, options.seed, group[0]!.id);
    const limits = group.map((e) => newTokenLimit(decoder.config, e.promptIds.length, maxNewTokens));
    const written = new WrittenRows(limits, stopIds);
    const texts = generate(
      decoder,
      group.map((e) => e.promptIds),
      {
        padId,
        stopIds,
        maxNewTokens,
        batchSize: group.length,
        vocabSize: writer.header.vocabSize,
        sideOutputs: {
          name: `top ${topK}${sampling ? ", tail" : ""}`,
          inputs: (rows) => ({ rows: rowNumbers(rows, topK) }),
          dimensions: { rows: [`${topK}*batch`] },
          compute: (logits, { rows }) => deviceStatistics(logits, topK, rows!, sampling !== undefined),
          take: (results, prompts) => written.add(readStatistics(results, sampling), prompts),
        },
      },
    );
    for (const [i, { id }] of group.entries()) {
      const row = written.row(i, { topK, samples: writer.header.samples ?? 0 });
      const tokens = written.stopped[i] ? row.targetIds.subarray(0, -1) : row.targetIds;
      if (tokens.length !== texts[i]!.length || tokens.some((token, t) => token !== texts[i]![t])) {
        throw new Error(`Item ${id}: the captured tokens are not those that were generated.`);
      }
      if (!writer.has(id)) writer.append(id, row);
    }
  });
}

/** The statistics of generation steps by prompt; what comes after a stop token or a prompt's limit of tokens is dropped. */
class WrittenRows {
  /** Whether a prompt's last token ends its turn. */
  readonly stopped: boolean[];
  /** Where a prompt stands in a step. */
  private readonly places: number[] = [];
  private readonly lengths: number[];
  private readonly steps: CachedRow[] = [];
  /** Rows of a step. */
  private rows = 0;
  private readonly stop: ReadonlySet<number>;

  constructor(
    private readonly limits: readonly number[],
    stopIds: readonly number[],
  ) {
    this.stopped = limits.map(() => false);
    this.lengths = limits.map(() => 0);
    this.stop = new Set(stopIds);
  }

  /** One position of each prompt. */
  add(step: CachedRow, prompts: readonly number[]): void {
    this.steps.push(step);
    this.rows = prompts.length;
    for (const [place, prompt] of prompts.entries()) {
      this.places[prompt] = place;
      if (this.stopped[prompt] || this.lengths[prompt] === this.limits[prompt]) continue;
      this.lengths[prompt]!++;
      this.stopped[prompt] = this.stop.has(step.targetIds[place]!);
    }
  }

  row(prompt: number, shape: RowShape): CachedRow {
    const row = emptyRow(this.lengths[prompt]!, shape);
    const place = this.places[prompt]!;
    for (const field of Object.keys(row) as (keyof CachedRow)[]) {
      for (let t = 0; t < this.lengths[prompt]!; t++) {
        const step = this.steps[t]![field];
        const width = step.length / this.rows;
        row[field].set(step.subarray(place * width, (place + 1) * width), t * width);
      }
    }
    return row;
  }
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
  const { vocabSize: rows } = decoder.config;
  if (header.vocabSize > rows) {
    throw new Error(
      `${writer.directory}: vocabSize: the cache has ${header.vocabSize} tokens, the teacher's embedding ${rows} rows: they are not of one tokenizer.`,
    );
  }
}

/** Tokens of an item, prompt and summary: capture takes items in this order. */
export const exampleLength = (example: Example): number =>
  example.promptIds.length + example.targetIds.length;

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
  const ordered = [...examples].sort((a, b) => exampleLength(a) - exampleLength(b));
  for (let start = 0; start < ordered.length; start += batchSize) {
    const group = ordered.slice(start, start + batchSize);
    if (group.some(({ id }) => !writer.has(id))) run(group);
    onProgress?.(Math.min(start + batchSize, ordered.length));
  }
}

function statistics(
  decoder: Decoder,
  batch: Batch,
  { topK, seed }: CaptureOptions,
  { samples, vocabSize }: CacheHeader,
): CachedRow {
  const parts: CachedRow[] = [];
  const sampling = tailSampling(samples, seed, batch.exampleIds[0]!);
  forEachChunk(decoder, batch, vocabSize, (logits, start) => {
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

/** Positions from … to - 1 of a row, as views of its memory. */
function cutRow(row: CachedRow, from: number, to: number): CachedRow {
  const n = row.targetIds.length;
  const cut = <A extends Int32Array | Float32Array>(values: A): A => {
    const width = values.length / n;
    return values.subarray(from * width, to * width) as A;
  };
  return mapRow(row, cut);
}

function joinRows(parts: readonly CachedRow[], shape: RowShape): CachedRow {
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
