// Readers of files from elsewhere against seeded mutations: each gives a result or an error of the project's own kind.
import * as fs from "node:fs";
import * as path from "node:path";
import { GgufFile } from "../base/gguf/file";
import { TENSOR_TYPES } from "../base/gguf/tensor-types";
import { writeGguf } from "../base/gguf/write";
import { Random } from "../base/random";
import { readItems } from "../corpus/read";
import { LogitCache, LogitCacheWriter } from "../distillation/cache";
import { frameRow } from "../distillation/cache-files";
import { emptyRow } from "../distillation/cache-row";
import { openWeights, readDecoderConfig } from "../models/config";
import { dequantize } from "../models/gguf/blocks";
import { WeightFiles, writeSafetensors } from "../models/safetensors";
import { openTokenizerFolder } from "../prompts/tokenizer-folder";
import { ROOT } from "../study/stage";
import { mutatedGguf, smallGguf, writeGgufModel } from "./fuzz-gguf";

interface Target {
  /** The file that is mutated, below the scratch folder. */
  file: string;
  /** Writes the sound files. */
  prepare: (folder: string) => void;
  /** Reads everything there is to read. */
  read: (folder: string) => unknown;
  /** Names of the errors that count as an answer. */
  refusals: readonly string[];
  /** Another way to mutate, for half of the files: sound on the outside, so that what lies behind is reached. */
  inside?: (original: Buffer, random: Random) => Buffer;
}

const CACHE = {
  source: "gold" as const,
  vocabSize: 300,
  topK: 3,
  samples: 2,
  tokenizerHash: "t",
  templateHash: "c",
  teacherHash: "w",
  dataHash: "d",
  settingsHash: "s",
};
const FRAME = 20;

function cacheRow(tokens: number) {
  const row = emptyRow(tokens, { topK: CACHE.topK, samples: CACHE.samples });
  for (let i = 0; i < row.topIds.length; i++) row.topIds[i] = 7 * (i % CACHE.topK) + 1;
  for (let i = 0; i < row.sampledIds.length; i++) row.sampledIds[i] = 40 + i;
  row.topLogits.fill(2.5);
  row.logTail.fill(-1);
  return row;
}

/** The study's tokenizer with its first tokens only, so that opening it takes a millisecond. */
function smallTokenizer(): Record<string, unknown> {
  const file = path.join(ROOT, "data/models/gemma2-student/tokenizer.json");
  const json = JSON.parse(fs.readFileSync(file, "utf8")) as {
    added_tokens: { content: string }[];
    model: { vocab: Record<string, number>; merges: (string | [string, string])[] };
  };
  const controls = json.added_tokens.map(({ content }) => content);
  const tokens = Object.keys(json.model.vocab);
  const kept = new Set([...controls, ...tokens.slice(0, 12), "▁", ...tokens.slice(-40)]);
  const vocab: Record<string, number> = {};
  for (const token of tokens) if (kept.has(token)) vocab[token] = json.model.vocab[token]!;
  const merges = json.model.merges.filter((merge) => {
    const pair = typeof merge === "string" ? merge.split(" ") : merge;
    return [...pair, pair.join("")].every((token) => token in vocab);
  });
  return { ...json, model: { ...json.model, vocab, merges } };
}

export const FUZZ_TARGETS: Record<string, Target> = {
  safetensors: {
    file: "w.safetensors",
    prepare: (folder) =>
      writeSafetensors(
        path.join(folder, "w.safetensors"),
        (["F32", "BF16", "F16"] as const).map((dtype, i) => ({
          name: `layers.${i}.weight`,
          dtype,
          shape: [3, 5 - i],
          data: new Float32Array(3 * (5 - i)).fill(i + 0.5),
        })),
        { format: "pt", step: "3" },
      ),
    read(folder) {
      const files = WeightFiles.open(path.join(folder, "w.safetensors"));
      try {
        return files.names().map((name) => files.float32(name));
      } finally {
        files.close();
      }
    },
    refusals: ["SafetensorsError"],
    inside(original, random) {
      const end = 8 + Number(original.readBigUInt64LE(0));
      const header = mutateJson(original.subarray(8, end), random);
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      return Buffer.concat([length, header, original.subarray(end)]);
    },
  },
  GGUF: {
    file: "m.gguf",
    prepare: (folder) =>
      writeGguf(
        path.join(folder, "m.gguf"),
        {
          "general.architecture": { string: "llama" },
          "llama.block_count": { uint32: 1 },
          "llama.rope.freq_base": { float32: 1e4 },
        },
        TENSOR_TYPES.map(({ name, values, bytes }) => ({
          name: `${name}.weight`,
          type: name,
          shape: [2, values],
          data: new Uint8Array(2 * bytes).fill(1),
        })),
      ),
    read(folder) {
      const file = GgufFile.open(path.join(folder, "m.gguf"));
      try {
        return file.names().map((name) => {
          const { type, byteLength } = file.tensor(name);
          const bytes = new Uint8Array(byteLength);
          file.read(name, bytes, 0);
          const values = new Float32Array((byteLength / type.bytes) * type.values);
          dequantize(type, bytes, values);
          return values;
        });
      } finally {
        file.close();
      }
    },
    refusals: ["GgufError"],
  },
  "GGUF model": {
    file: "m.gguf",
    prepare: (folder) => writeGgufModel(path.join(folder, "m.gguf"), smallGguf()),
    async read(folder) {
      const file = path.join(folder, "m.gguf");
      const config = readDecoderConfig(file);
      const weights = openWeights(file, config);
      try {
        for (const name of weights.names()) weights.float32(name);
      } finally {
        weights.close();
      }
      const opened = await openTokenizerFolder(file);
      return opened.decode(opened.encodePlain("가나다 abc </s> 12"));
    },
    refusals: ["GgufError", "ConfigError", "TokenizerError"],
    inside: (_, random) => mutatedGguf(random),
  },
  cache: {
    file: "cache/rows-00000.bin",
    prepare(folder) {
      const writer = LogitCacheWriter.open(path.join(folder, "cache"), CACHE);
      for (const tokens of [1, 3, 8]) writer.append(`item-${tokens}`, cacheRow(tokens));
      writer.close();
    },
    read(folder) {
      const cache = LogitCache.open(path.join(folder, "cache"));
      try {
        return cache.ids().map((id) => cache.row(id));
      } finally {
        cache.close();
      }
    },
    refusals: ["CacheError", "CacheMismatchError"],
    inside(original, random) {
      const bytes = mutate(original, random);
      if (bytes.length < FRAME) return bytes;
      const rest = bytes.subarray(FRAME);
      const name = Math.min(bytes.readUInt32LE(8), rest.length, 64);
      return frameRow(rest.toString("latin1", 0, name), bytes.readUInt32LE(12), rest.subarray(name));
    },
  },
  "cache header": {
    file: "cache/header.json",
    prepare: (folder) => FUZZ_TARGETS.cache!.prepare(folder),
    read: (folder) => FUZZ_TARGETS.cache!.read(folder),
    refusals: ["CacheError", "CacheMismatchError"],
    inside: mutateJson,
  },
  JSONL: {
    file: "data.jsonl",
    prepare(folder) {
      const rows = ["train", "validation", "test-in-domain", "test-other"].map((split, i) =>
        JSON.stringify({
          id: `${i}`,
          document: `글 ${i}이 여기 있다.`,
          summary: `글 ${i}`,
          split,
          facts: ["글"],
        }),
      );
      fs.writeFileSync(path.join(folder, "data.jsonl"), `${rows.join("\n")}\n`);
    },
    read: (folder) => readItems(path.join(folder, "data.jsonl")),
    refusals: ["DataFileError"],
    inside(original, random) {
      const lines = original.toString("utf8").trimEnd().split("\n");
      const at = random.integer(0, lines.length - 1);
      lines[at] = mutateJson(Buffer.from(lines[at]!), random).toString("utf8");
      return Buffer.from(lines.join("\n"));
    },
  },
  "tokenizer.json": {
    file: "tokenizer.json",
    prepare(folder) {
      fs.writeFileSync(path.join(folder, "tokenizer.json"), JSON.stringify(smallTokenizer()));
      const config = fs.readFileSync(path.join(ROOT, "data/models/gemma2-student/tokenizer_config.json"));
      fs.writeFileSync(path.join(folder, "tokenizer_config.json"), config);
    },
    async read(folder) {
      const opened = await openTokenizerFolder(folder);
      return opened.decode(opened.encodePlain("가나다 abc <end_of_turn> 12"));
    },
    refusals: ["TokenizerError"],
    inside: mutateJson,
  },
};

const PIECES = [
  ...[
    "{",
    "}",
    "[",
    "]",
    '"',
    ",",
    ":",
    "null",
    "true",
    "-1",
    "1e999",
    "0.5",
    "4294967295",
    "9007199254740993",
  ],
  ...['"\\ud800"', "{}", "[]", '"__proto__"', "\u0000", "\n", "\u202e", "글"],
].map((text) => Buffer.from(text));
const NUMBERS = [
  0n,
  1n,
  255n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** One to four random changes: bits, bytes, pieces of JSON, extreme numbers, cuts, doubled and moved ranges. */
export function mutate(original: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(original);
  for (let changes = random.integer(1, 4); changes > 0; changes--) {
    const at = random.integer(0, Math.max(0, bytes.length - 1));
    const length = random.integer(1, Math.max(1, Math.min(64, bytes.length - at)));
    const splice = (from: number, to: number, ...middle: Buffer[]) =>
      Buffer.concat([bytes.subarray(0, from), ...middle, bytes.subarray(to)]);
    switch (random.integer(0, 7)) {
      case 0:
        if (bytes.length > 0) bytes[at]! ^= 1 << random.integer(0, 7);
        break;
      case 1:
        if (bytes.length > 0) bytes[at] = random.integer(0, 255);
        break;
      case 2:
        bytes = splice(at, at, random.choice(PIECES));
        break;
      case 3:
        bytes = splice(at, at + length, random.choice(PIECES));
        break;
      case 4: {
        const number = Buffer.alloc(8);
        number.writeBigUInt64LE(random.choice(NUMBERS));
        const width = random.choice([4, 8]);
        bytes = splice(at & ~3, (at & ~3) + width, number.subarray(0, width));
        break;
      }
      case 5:
        bytes = splice(at, at + length);
        break;
      case 6:
        bytes = splice(at, at, bytes.subarray(at, at + length));
        break;
      default:
        bytes = bytes.subarray(0, at);
    }
  }
  return bytes;
}

const VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    0,
    -1,
    1,
    0.5,
    1e300,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 53,
    "",
    "a",
    "한글",
    "\ud800",
    "(",
    "__proto__",
  ],
  ...[[], [null], [[]], [1, 2, 3], {}, { type: "BPE" }, { type: "Magic" }, { a: {} }, "x".repeat(1000)],
];

/** Valid JSON with one to three of its values replaced, removed, doubled or swapped with others. */
export function mutateJson(original: Buffer, random: Random): Buffer {
  const root = { value: JSON.parse(original.toString("utf8")) as unknown };
  for (let changes = random.integer(1, 3); changes > 0; changes--) {
    // A walk from the root that goes on with a chance of two thirds at each level.
    let holder = root as Record<string, unknown>;
    let key = "value";
    while (random.next() < 0.67) {
      const next = holder[key];
      if (typeof next !== "object" || next === null || Object.keys(next).length === 0) break;
      holder = next as Record<string, unknown>;
      key = random.choice(Object.keys(holder));
    }
    if (Object.keys(holder).length === 0) break;
    const how = random.integer(0, 3);
    if (how === 0 && Array.isArray(holder)) holder.splice(Number(key), 1);
    else if (how === 0) delete holder[key];
    else if (how === 1) holder[random.choice(Object.keys(holder))] = holder[key];
    // A copy: what is put in may be changed by the next change, and must be new for the next file.
    else holder[key] = structuredClone(random.choice(VALUES));
  }
  return Buffer.from(JSON.stringify(root.value) ?? "");
}

export interface FuzzReport {
  target: string;
  mutations: number;
  read: number;
  refused: number;
  /** Longest processor time of one, in milliseconds. */
  slowestMs: number;
  /** How much the process's largest memory grew, bytes. */
  grownBytes: number;
  /** Outcomes that are neither: a foreign error, or more than two seconds of processor time. */
  failures: string[];
}

const SLOW_MS = 2000;

/** Reads `mutations` mutated files of a target in `scratch`, an empty folder; number and seed repeat one. */
export async function fuzz(
  name: string,
  mutations: number,
  seed: number,
  scratch: string,
  onProgress?: (done: number) => void,
): Promise<FuzzReport> {
  const target = FUZZ_TARGETS[name]!;
  target.prepare(scratch);
  await target.read(scratch);
  const file = path.join(scratch, target.file);
  const original = fs.readFileSync(file);
  const largest = () => process.resourceUsage().maxRSS * 1024;
  const before = largest();
  const report: FuzzReport = {
    target: name,
    mutations,
    read: 0,
    refused: 0,
    slowestMs: 0,
    grownBytes: 0,
    failures: [],
  };
  for (let i = 0; i < mutations; i++) {
    const random = new Random(seed * 1_000_003 + i);
    const inside = target.inside && random.next() < 0.5;
    fs.writeFileSync(file, inside ? target.inside!(original, random) : mutate(original, random));
    const started = process.cpuUsage();
    try {
      await target.read(scratch);
      report.read++;
    } catch (error) {
      const { name: kind, message } = error as Error;
      if (target.refusals.includes(kind) && message.includes(scratch)) report.refused++;
      else report.failures.push(`mutation ${i}: ${kind}: ${message.slice(0, 200)}`);
    }
    const { user, system } = process.cpuUsage(started);
    const took = (user + system) / 1000;
    report.slowestMs = Math.max(report.slowestMs, took);
    if (took > SLOW_MS) report.failures.push(`mutation ${i}: ${took.toFixed(0)} ms`);
    if (i % 100 === 99) onProgress?.(i + 1);
  }
  report.grownBytes = largest() - before;
  return report;
}
