// Capture: aligned with training, resumable, up to the end of turn, equal to what the dense teacher gives.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type CacheHeader, LogitCache, LogitCacheWriter } from "../../src/distillation/cache";
import { withCachedTargets } from "../../src/distillation/cached-targets";
import { cacheError, captureGenerated, captureGold } from "../../src/distillation/capture";
import { tf } from "../../src/engine/tf";
import { generate } from "../../src/generation/generate";
import { decoderRoundings, expectRounded, roundingBound, sizeOf } from "../rounding";
import { examples, gemma, gemma3, PAD, VOCAB } from "./tiny-teacher";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "capture-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));
let folders = 0;
const fresh = () => path.join(scratch, String(folders++));

const header = (source: "gold" | "generated", topK = 16, samples?: number): CacheHeader => ({
  source,
  vocabSize: VOCAB,
  topK,
  ...(samples && { samples }),
  tokenizerHash: "t",
  templateHash: "c",
  teacherHash: "w",
  dataHash: "d",
  settingsHash: "s",
});

const decoder = gemma();
const items = examples(11);
const roundings = (of = decoder) => decoderRoundings(of.config, 24);

/** Logits of every target position of one example, alone and unpadded. */
function denseLogits(promptIds: number[], targetIds: number[], teacher = decoder): number[][] {
  return tf.tidy(() => {
    const ids = Int32Array.from([...promptIds, ...targetIds]);
    const logits = teacher.logits(teacher.hidden(ids, 1)).arraySync() as number[][];
    return targetIds.map((_, t) => logits[promptIds.length - 1 + t]!);
  });
}

describe("over the items' own summaries", () => {
  const directory = fresh();
  const writer = LogitCacheWriter.open(directory, header("gold"));
  const before = tf.memory().numTensors;
  captureGold(decoder, items, writer, { padId: PAD, topK: 16, batchSize: 4 });
  writer.close();
  const cache = LogitCache.open(directory, header("gold"));

  it("has for each target token the logits that predict it", () => {
    for (const { id, promptIds, targetIds } of items) {
      const row = cache.row(id);
      expect([...row.targetIds]).toEqual(targetIds);
      for (const [t, logits] of denseLogits(promptIds, targetIds).entries()) {
        const size = sizeOf(logits);
        expectRounded([row.goldLogit[t]!], [logits[targetIds[t]!]!], roundings(), size);
        const total = logits.reduce((sum, v) => sum + Math.exp(v / 2), 0);
        expectRounded([row.logSumExp[t * 3 + 1]!], [Math.log(total)], roundings() + VOCAB, size);
        const threshold = [...logits].sort((a, b) => b - a)[15]!;
        for (const topId of row.topIds.subarray(t * 16, (t + 1) * 16)) {
          expect(logits[topId]).toBeGreaterThanOrEqual(threshold - roundingBound(roundings(), size));
        }
      }
    }
  });

  it("leaks no tensor", () => {
    const again = LogitCacheWriter.open(fresh(), header("gold"));
    const start = tf.memory().numTensors;
    captureGold(decoder, items, again, { padId: PAD, topK: 16, batchSize: 4 });
    again.close();
    // constants of shapes seen for the first time stay; here every shape was seen
    expect(tf.memory().numTensors).toBe(start);
    expect(before).toBeGreaterThan(0);
  });

  it("interrupted anywhere gives the same files", () => {
    const whole = fs.readFileSync(path.join(directory, "rows-00000.bin"));
    for (const stop of [1, 3, 4, 6, 10]) {
      const other = fresh();
      const first = LogitCacheWriter.open(other, header("gold"));
      const append = first.append.bind(first);
      let left = stop;
      first.append = (id, row) => {
        if (left-- === 0) throw new Error("killed");
        append(id, row);
      };
      expect(() => captureGold(decoder, items, first, { padId: PAD, topK: 16, batchSize: 4 })).toThrow(
        "killed",
      );
      first.close();
      const second = LogitCacheWriter.open(other, header("gold"));
      captureGold(decoder, items, second, { padId: PAD, topK: 16, batchSize: 4 });
      second.close();
      expect(fs.readFileSync(path.join(other, "rows-00000.bin")).equals(whole)).toBe(true);
    }
  });

  it("measures its error: that of an even tail, which shrinks with k", () => {
    const found = cacheError(decoder, items, cache, { padId: PAD });
    let naive = 0;
    let tokens = 0;
    for (const { promptIds, targetIds } of items) {
      for (const logits of denseLogits(promptIds, targetIds)) {
        const weights = logits.map((v) => Math.exp(v));
        const total = weights.reduce((a, b) => a + b);
        const tail = [...weights].sort((a, b) => b - a).slice(16);
        const mass = tail.reduce((a, b) => a + b);
        naive += tail.reduce((sum, w) => sum + (w / total) * Math.log(w / (mass / tail.length)), 0);
        tokens++;
      }
    }
    expect(Math.abs(found - naive / tokens)).toBeLessThan(2e-4);
    const larger = fresh();
    const wide = LogitCacheWriter.open(larger, header("gold", 128));
    captureGold(decoder, items, wide, { padId: PAD, topK: 128 });
    wide.close();
    expect(cacheError(decoder, items, LogitCache.open(larger), { padId: PAD })).toBeLessThan(found / 4);
  });

  it("refuses a cache of another kind", () => {
    const generated = LogitCacheWriter.open(fresh(), header("generated"));
    expect(() => captureGold(decoder, items, generated, { padId: PAD, topK: 16 })).toThrow(
      /source: the cache has generated, this capture gold/,
    );
  });
});

describe("while the teacher generates", () => {
  // A stop token that the random model does write after a few tokens for some prompts.
  const prompts = items.map((e) => e.promptIds);
  const free = generate(decoder, prompts, { maxNewTokens: 8, stopIds: [], padId: PAD });
  const stopId = free[2]![3]!;
  const directory = fresh();
  const writer = LogitCacheWriter.open(directory, header("generated"));
  captureGenerated(decoder, items, writer, {
    padId: PAD,
    topK: 16,
    batchSize: 4,
    stopIds: [stopId],
    maxNewTokens: 8,
  });
  writer.close();
  const cache = LogitCache.open(directory);

  it("stores each step up to the end of turn and none after it", () => {
    for (const [i, { id, promptIds }] of items.entries()) {
      const row = cache.row(id);
      const end = free[i]!.indexOf(stopId);
      const expected = end < 0 ? free[i]! : free[i]!.slice(0, end + 1);
      expect([...row.targetIds]).toEqual(expected);
      for (const [t, logits] of denseLogits(promptIds, expected).entries()) {
        expectRounded([row.goldLogit[t]!], [Math.max(...logits)], roundings(), sizeOf(logits));
      }
    }
    expect(items.some(({ id }) => cache.row(id).targetIds.length < 8)).toBe(true);
  });

  it("gives the teacher's texts as targets", () => {
    expect(withCachedTargets(items, cache)[2]!.targetIds).toEqual(
      free[2]!.slice(0, free[2]!.indexOf(stopId) + 1),
    );
  });
});

it("serves a teacher with a RoPE for each kind of layer, over given texts and while it generates", () => {
  const teacher = gemma3();
  const { vocabSize } = teacher.config;
  const known = items.map((item) => ({
    ...item,
    promptIds: item.promptIds.map((id) => id % vocabSize),
    targetIds: item.targetIds.map((id) => id % vocabSize),
  }));
  const folders = [fresh(), fresh()] as const;
  const writers = (["gold", "generated"] as const).map((source, i) =>
    LogitCacheWriter.open(folders[i]!, { ...header(source), vocabSize }),
  );
  captureGold(teacher, known, writers[0]!, { padId: PAD, topK: 16, batchSize: 4 });
  captureGenerated(teacher, known, writers[1]!, {
    ...{ padId: PAD, topK: 16, batchSize: 4, stopIds: [], maxNewTokens: 12 },
  });
  for (const writer of writers) writer.close();
  const [gold, generated] = folders.map((folder) => LogitCache.open(folder));
  for (const { id, promptIds, targetIds } of known) {
    for (const [t, logits] of denseLogits(promptIds, targetIds, teacher).entries())
      expectRounded(
        [gold!.row(id).goldLogit[t]!],
        [logits[targetIds[t]!]!],
        roundings(teacher),
        sizeOf(logits),
      );
    const written = generated!.row(id);
    for (const [t, logits] of denseLogits(promptIds, [...written.targetIds], teacher).entries())
      expectRounded([written.goldLogit[t]!], [Math.max(...logits)], roundings(teacher), sizeOf(logits));
  }
  teacher.dispose();
});
