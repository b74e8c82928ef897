// The logit cache: what comes back, what is refused, and what a kill leaves behind.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as zlib from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { crc32 } from "../../src/base/crc32";
import { Random } from "../../src/base/random";
import { BitReader, BitWriter } from "../../src/distillation/bit-stream";
import {
  type CacheHeader,
  CacheMismatchError,
  LogitCache,
  LogitCacheWriter,
} from "../../src/distillation/cache";
import type { CachedRow } from "../../src/distillation/cache-row";
import { teacherStatistics } from "../../src/distillation/teacher-statistics";
import { TokenPrior } from "../../src/distillation/token-prior";
import { tf } from "../../src/engine/tf";
import { expectRounded, sizeOf } from "../rounding";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "cache-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));
let folders = 0;
const fresh = () => path.join(scratch, String(folders++));

const HEADER: CacheHeader = {
  source: "gold",
  vocabSize: 300,
  topK: 8,
  tokenizerHash: "t1",
  templateHash: "c1",
  teacherHash: "w1",
  dataHash: "d1",
  settingsHash: "s1",
};

/** Logits with a few likely tokens and a long tail, as language models have. */
function logitsOf(random: Random, tokens: number, vocab: number, sharpness = 3): Float32Array {
  return Float32Array.from({ length: tokens * vocab }, () => sharpness * random.normal());
}

function rowOf(seed: number, tokens = 5, header = HEADER): { row: CachedRow; logits: Float32Array } {
  const random = new Random(seed);
  const logits = logitsOf(random, tokens, header.vocabSize);
  const targets = Array.from({ length: tokens }, () => random.integer(0, header.vocabSize - 1));
  const tensor = tf.tensor2d(logits, [tokens, header.vocabSize]);
  const row = teacherStatistics(tensor, header.topK, targets);
  tensor.dispose();
  return { row, logits };
}

function write(directory: string, ids: number[]): void {
  const writer = LogitCacheWriter.open(directory, HEADER);
  for (const id of ids) if (!writer.has(`item-${id}`)) writer.append(`item-${id}`, rowOf(id).row);
  writer.close();
}

const contents = (directory: string) =>
  fs
    .readdirSync(directory)
    .sort()
    .map((name) => [name, fs.readFileSync(path.join(directory, name)).toString("base64")]);

describe("bit stream", () => {
  it("gives back bits and Rice codes, outliers included", () => {
    const writer = new BitWriter();
    const values = [0, 1, 5, 1023, 70_000, 262_143, 4_294_967_295];
    for (const value of values) writer.rice(value, 3);
    writer.bits(5, 3);
    writer.bits(0xdeadbeef, 32);
    const reader = new BitReader(writer.finish());
    expect(values.map(() => reader.rice(3))).toEqual(values);
    expect(reader.bits(3)).toBe(5);
    expect(reader.bits(32)).toBe(0xdeadbeef);
  });

  it("has zip's checksum", () => {
    // bytes 4..7 of a gzip file's trailer hold the CRC-32 of what was packed
    const packed = zlib.gzipSync("교사의 로짓");
    expect(crc32(Buffer.from("교사의 로짓"))).toBe(packed.readUInt32LE(packed.length - 8));
  });
});

describe("teacher statistics", () => {
  it("are those of a float64 softmax", () => {
    const { row, logits } = rowOf(3, 20);
    for (let t = 0; t < 20; t++) {
      const values = [...logits.subarray(t * 300, (t + 1) * 300)];
      const top = values
        .map((value, id) => ({ value, id }))
        .sort((a, b) => b.value - a.value)
        .slice(0, 8)
        .sort((a, b) => a.id - b.id);
      expect([...row.topIds.subarray(t * 8, (t + 1) * 8)]).toEqual(top.map(({ id }) => id));
      expect([...row.topLogits.subarray(t * 8, (t + 1) * 8)]).toEqual(top.map(({ value }) => value));
      expect(row.goldLogit[t]).toBe(values[row.targetIds[t]!]);
      for (const [i, temperature] of [1, 2, 4].entries()) {
        const weights = values.map((v) => Math.exp(v / temperature));
        const total = weights.reduce((a, b) => a + b);
        const head = top.reduce((sum, { id }) => sum + weights[id]!, 0);
        const size = sizeOf(values) + Math.log(values.length);
        expectRounded([row.logSumExp[t * 3 + i]!], [Math.log(total)], values.length, size);
        expectRounded([row.logTail[t * 3 + i]!], [Math.log((total - head) / total)], values.length, size);
        if (temperature > 1) continue;
        const entropy = weights.reduce((sum, w) => sum - (w / total) * Math.log(w / total), 0);
        expectRounded([row.entropy[t]!], [entropy], values.length, size);
      }
    }
  });
});

describe("a cache", () => {
  it("gives rows back by id, exact where it must be", () => {
    const directory = fresh();
    write(directory, [4, 1, 9]);
    const cache = LogitCache.open(directory, HEADER);
    expect(cache.ids()).toEqual(["item-4", "item-1", "item-9"]);
    expect(cache.tokens).toBe(15);
    for (const id of [1, 4, 9]) {
      const { row } = rowOf(id);
      const found = cache.row(`item-${id}`);
      for (const field of ["targetIds", "topIds", "logSumExp", "goldLogit"] as const) {
        expect([...found[field]]).toEqual([...row[field]]);
      }
      for (const [i, logit] of row.topLogits.entries()) {
        expect(Math.abs(found.topLogits[i]! - logit)).toBeLessThan(0.1);
      }
      for (const [i, tail] of row.logTail.entries())
        expect(Math.abs(found.logTail[i]! - tail)).toBeLessThan(6e-4);
      for (const [i, h] of row.entropy.entries()) expect(Math.abs(found.entropy[i]! - h)).toBeLessThan(2e-4);
    }
    cache.close();
  });

  it("keeps sampled tail tokens", () => {
    const directory = fresh();
    const header = { ...HEADER, samples: 4 };
    const random = new Random(5);
    const logits = tf.tensor2d(logitsOf(random, 3, 300), [3, 300]);
    const row = teacherStatistics(logits, 8, undefined, { samples: 4, random });
    const writer = LogitCacheWriter.open(directory, header);
    writer.append("a", row);
    writer.close();
    expect([...LogitCache.open(directory).row("a").sampledIds]).toEqual([...row.sampledIds]);
  });

  it("with a prior gives the same rows back from fewer bytes, and refuses another prior", () => {
    const random = new Random(8);
    const shape = Array.from({ length: 300 }, () => 3 * random.normal());
    const logits = Float32Array.from({ length: 40 * 300 }, (_, i) => shape[i % 300]! + random.normal());
    const tensor = tf.tensor2d(logits, [40, 300]);
    const row = teacherStatistics(tensor, 8);
    tensor.dispose();
    const prior = new TokenPrior(Float32Array.from(shape));
    const [plain, shared] = [undefined, prior].map((given) => {
      const directory = fresh();
      const writer = LogitCacheWriter.open(directory, HEADER, given);
      writer.append("a", row);
      writer.close();
      return LogitCache.open(directory, HEADER);
    });
    expect(shared!.row("a")).toEqual(plain!.row("a"));
    expect([...shared!.row("a").topIds]).toEqual([...row.topIds]);
    expect(shared!.bytes).toBeLessThan(plain!.bytes);
    const { directory } = shared!;
    const other = new TokenPrior(Float32Array.from(shape, (v) => v + 1));
    expect(() => LogitCacheWriter.open(directory, HEADER, other)).toThrow(
      new RegExp(`priorHash: the cache has "${prior.hash}", this run needs "${other.hash}"`),
    );
    fs.writeFileSync(path.join(directory, "prior.f32"), other.bytes());
    expect(() => LogitCache.open(directory)).toThrow(new RegExp(`${prior.hash}.*${other.hash}`));
    fs.truncateSync(path.join(directory, "prior.f32"), 12);
    expect(() => LogitCache.open(directory)).toThrow(/prior.f32: expected 1200 bytes, found 12/);
  });

  it.each(Object.keys(HEADER) as (keyof CacheHeader)[])(
    "of another %s is refused with both values",
    (field) => {
      const directory = fresh();
      write(directory, [1]);
      const other = { vocabSize: 301, topK: 9, source: "generated" } as Record<string, unknown>;
      const expected = { ...HEADER, [field]: other[field] ?? "x9" } as CacheHeader;
      const message = new RegExp(`${field}.*${HEADER[field]}.*${expected[field]}`);
      expect(() => LogitCache.open(directory, expected)).toThrow(CacheMismatchError);
      expect(() => LogitCache.open(directory, expected)).toThrow(message);
      expect(() => LogitCacheWriter.open(directory, expected)).toThrow(message);
      LogitCacheWriter.open(directory, HEADER).close();
    },
  );

  it("of another format is refused", () => {
    const directory = fresh();
    write(directory, [1]);
    const file = path.join(directory, "header.json");
    fs.writeFileSync(file, JSON.stringify({ ...HEADER, formatVersion: 7 }));
    expect(() => LogitCache.open(directory)).toThrow(/formatVersion.*7.*2/);
    // the format before ids were coded by rank
    fs.writeFileSync(file, JSON.stringify({ ...HEADER, formatVersion: 1 }));
    expect(() => LogitCache.open(directory)).toThrow(
      /the cache has 1, this program reads 2. Capture the logits again/,
    );
  });

  it("cut off at any byte goes on to the same files", () => {
    const whole = fresh();
    write(whole, [1, 2, 3]);
    const rows = fs.readFileSync(path.join(whole, "rows-00000.bin"));
    const random = new Random(11);
    for (let kill = 0; kill < 20; kill++) {
      const directory = fresh();
      write(directory, []);
      fs.writeFileSync(
        path.join(directory, "rows-00000.bin"),
        rows.subarray(0, random.integer(0, rows.length)),
      );
      // a reader meanwhile sees whole rows only
      for (const id of LogitCache.open(directory).ids())
        expect(LogitCache.open(directory).row(id)).toBeTruthy();
      write(directory, [1, 2, 3]);
      expect(contents(directory)).toEqual(contents(whole));
    }
  });

  it("with a damaged row in the middle is not read", () => {
    const directory = fresh();
    write(directory, [1, 2, 3]);
    const file = path.join(directory, "rows-00000.bin");
    const rows = fs.readFileSync(file);
    const cache = LogitCache.open(directory);
    rows[30]! ^= 4;
    fs.writeFileSync(file, rows);
    expect(() => cache.row("item-1")).toThrow(/rows-00000.bin: byte 0 .*checksum/);
    expect(() => LogitCacheWriter.open(directory, HEADER)).toThrow(/byte 0/);
    expect(() => LogitCache.open(directory)).toThrow(/byte 0/);
  });

  it("takes one writer at a time and no row twice", () => {
    const directory = fresh();
    const writer = LogitCacheWriter.open(directory, HEADER);
    writer.append("a", rowOf(1).row);
    expect(() => writer.append("a", rowOf(1).row)).toThrow(/a is stored already/);
    fs.writeFileSync(path.join(directory, "writer.lock"), `${os.hostname()} 1`);
    writer.close();
    fs.writeFileSync(path.join(directory, "writer.lock"), `${os.hostname()} 1`);
    expect(() => LogitCacheWriter.open(directory, HEADER)).toThrow(/process 1 is writing/);
  });
});
