// GGUF files that are cut, lie about their sizes or would overflow: each refused with file, place, expected and found.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { GgufFile } from "../../src/base/gguf/file";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "gguf-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value: number | bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const text = (value: string | Buffer) =>
  Buffer.concat([u64(Buffer.from(value as string).length), Buffer.from(value as string)]);
const entry = (key: string | Buffer, type: number, ...value: Buffer[]) =>
  Buffer.concat([text(key), u32(type), ...value]);

interface Tensor {
  name?: string;
  sizes?: (number | bigint)[];
  type?: number;
  offset?: number | bigint;
}
const tensor = ({ name = "t", sizes = [8], type = 0, offset = 0 }: Tensor) =>
  Buffer.concat([text(name), u32(sizes.length), ...sizes.map(u64), u32(type), u64(offset)]);

interface Forged {
  magic?: string;
  version?: number;
  entries?: Buffer[];
  tensors?: Buffer[];
  tensorCount?: number | bigint;
  entryCount?: number | bigint;
  /** Bytes of data after the padded header. */
  data?: number;
}

let count = 0;

/** A file put together of parts that need not agree. */
function forge(parts: Forged): string {
  const { magic = "GGUF", version = 3, entries = [], tensors = [], data = 0 } = parts;
  const counts = [u64(parts.tensorCount ?? tensors.length), u64(parts.entryCount ?? entries.length)];
  const header = Buffer.concat([Buffer.from(magic), u32(version), ...counts, ...entries, ...tensors]);
  const file = path.join(scratch, `${count++}.gguf`);
  fs.writeFileSync(
    file,
    Buffer.concat([header, Buffer.alloc((32 - (header.length % 32)) % 32), Buffer.alloc(data)]),
  );
  return file;
}

const open = (file: string) => GgufFile.open(file).close();
const U8 = 0;
const STRING = 8;
const ARRAY = 9;
/** A list in a list in a list … */
const nested = (depth: number): Buffer =>
  Buffer.concat([...Array(depth).fill(Buffer.concat([u32(ARRAY), u64(1)])), u32(U8), u64(1), Buffer.of(7)]);
const TWO = [tensor({ name: "a" }), tensor({ name: "b", offset: 32 })];

describe("a sound file", () => {
  it("opens, with its padding at the end or without", () => {
    open(forge({ tensors: TWO, data: 64 }));
    open(forge({ tensors: [tensor({ sizes: [5] })], data: 20 }));
    open(forge({ tensors: [tensor({ sizes: [5] })], data: 32 }));
    open(forge({ entries: [entry("k", ARRAY, nested(3))] }));
    open(forge({}));
  });
});

const REFUSED: [string, Forged, string][] = [
  [
    "another magic",
    { magic: "GGML" },
    'byte 0: expected a GGUF file, which begins with "GGUF", found "GGML"',
  ],
  [
    "version 1",
    { version: 1 },
    "byte 4: expected version 2 or 3, little-endian, found 1: convert the model anew",
  ],
  ["big endian", { version: 0x03000000 }, "found a big-endian file: convert it with"],
  ["version 0", { version: 0 }, "found 0: convert"],
  ["more tensors than fit", { tensorCount: 2n ** 40n }, "byte 8: expected a number of tensors that fits"],
  ["2^64 - 1 tensors", { tensorCount: 2n ** 64n - 1n }, "found 18446744073709551615"],
  [
    "more entries than fit",
    { entryCount: 2n ** 61n },
    "byte 16: expected a number of metadata entries that fits",
  ],
  [
    "a key twice",
    { entries: [entry("k", U8, Buffer.of(1)), entry("k", U8, Buffer.of(2))] },
    'each metadata key once, found "k" twice',
  ],
  [
    "a key of a megabyte",
    { entries: [entry("k".repeat(65_536), U8, Buffer.of(1))] },
    "the key of metadata entry 0 of at most 65535 bytes, found 65536 bytes",
  ],
  [
    "a key that is no UTF-8",
    { entries: [entry(Buffer.of(0xff, 0xfe), U8, Buffer.of(1))] },
    "the key of metadata entry 0 in UTF-8",
  ],
  [
    "a text longer than the file",
    { entries: [entry("k", STRING, u64(2n ** 63n))] },
    'a length of "k" that fits',
  ],
  [
    "a text that is no UTF-8",
    { entries: [entry("k", STRING, text(Buffer.of(0xc3)))] },
    'expected "k" in UTF-8, found other bytes',
  ],
  ["an unknown type of value", { entries: [entry("k", 13)] }, 'the type of "k" to be from 0 to 12, found 13'],
  ["a bool of 2", { entries: [entry("k", 7, Buffer.of(2))] }, '"k" to be 0 or 1, found 2'],
  [
    "a list longer than the file",
    { entries: [entry("k", ARRAY, u32(U8), u64(1e9))] },
    'a number of elements of "k" that fits',
  ],
  [
    "a list of 2^61 numbers of 8 bytes, a product of 2^64",
    { entries: [entry("k", ARRAY, u32(10), u64(2n ** 61n))] },
    'a number of elements of "k" that fits',
  ],
  [
    "lists without end",
    { entries: [entry("k", ARRAY, nested(40))] },
    'expected "k" with lists at most 4 deep',
  ],
  [
    "a name twice",
    { tensors: [tensor({}), tensor({ offset: 32 })], data: 64 },
    'each tensor once, found "t" twice',
  ],
  [
    "a name of 64 bytes",
    { tensors: [tensor({ name: "n".repeat(64) })], data: 32 },
    "the name of tensor 0 of at most 63 bytes, found 64 bytes",
  ],
  [
    "five dimensions",
    { tensors: [tensor({ sizes: [1, 1, 1, 1, 1] })], data: 32 },
    'tensor "t": at most 4 dimensions, found 5',
  ],
  [
    "a dimension of 0",
    { tensors: [tensor({ sizes: [8, 0] })], data: 32 },
    "dimensions above 0 and a product below 2^53, found [0,8]",
  ],
  [
    "a product beyond 2^64",
    { tensors: [tensor({ sizes: [2n ** 33n, 2n ** 33n] })], data: 32 },
    "a product below 2^53",
  ],
  [
    "a dimension of 2^64 - 1",
    { tensors: [tensor({ sizes: [2n ** 64n - 1n] })], data: 32 },
    "a dimension below 2^53, found 18446744073709551615",
  ],
  [
    "a format that is not read",
    { tensors: [tensor({ type: 23 })], data: 32 },
    "a type of F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, found IQ4_XS (23)",
  ],
  [
    "a format that nobody knows",
    { tensors: [tensor({ type: 4_000_000_000 })], data: 32 },
    "found 4000000000",
  ],
  [
    "rows that are no whole blocks",
    { tensors: [tensor({ sizes: [33, 2], type: 8 })], data: 96 },
    "Q8_0 rows of a multiple of 32, found 33 columns",
  ],
  ["an offset beyond 2^53", { tensors: [tensor({ offset: 2n ** 63n })], data: 32 }, "an offset below 2^53"],
  [
    "an offset that is not aligned",
    { tensors: [tensor({ name: "a" }), tensor({ name: "b", offset: 36 })], data: 96 },
    'tensor "b" at byte',
  ],
  [
    "tensors over each other",
    { tensors: [tensor({ name: "a", sizes: [16] }), tensor({ name: "b", offset: 32 })], data: 64 },
    "inside the tensor before it",
  ],
  [
    "two tensors at one place",
    { tensors: [tensor({ name: "a" }), tensor({ name: "b" })], data: 32 },
    "inside the tensor before it",
  ],
  [
    "a gap between tensors",
    { tensors: [tensor({ name: "a" }), tensor({ name: "b", offset: 64 })], data: 96 },
    "32 bytes after what comes before it",
  ],
  ["data that are cut", { tensors: TWO, data: 63 }, 'tensor "b" to end within'],
  ["data after the last tensor", { tensors: TWO, data: 96 }, "32 bytes more"],
  [
    "an alignment of 0",
    { entries: [entry("general.alignment", 4, u32(0))] },
    '"general.alignment" to be a power of two from 8 to 1048576, found 0',
  ],
  ["an alignment of 24", { entries: [entry("general.alignment", 4, u32(24))] }, "a power of two"],
  ["an alignment of 2^31", { entries: [entry("general.alignment", 4, u32(2 ** 31))] }, "a power of two"],
  [
    "an alignment that is a text",
    { entries: [entry("general.alignment", STRING, text("32"))] },
    "a power of two",
  ],
];

describe("refuses", () => {
  it.each(REFUSED)("%s", (_, parts, message) => {
    const file = forge(parts);
    expect(() => open(file)).toThrow(expect.objectContaining({ name: "GgufError" }));
    expect(() => open(file)).toThrow(message);
    expect(() => open(file)).toThrow(file);
  });

  it("a sound file cut at any byte", () => {
    const sound = fs.readFileSync(path.join(__dirname, "../fixtures/gguf/container.gguf"));
    const file = path.join(scratch, "cut.gguf");
    for (let length = 0; length < 1056 + 12; length += length < 576 ? 1 : 7) {
      fs.writeFileSync(file, sound.subarray(0, length));
      expect(() => open(file), `${length} bytes`).toThrow(expect.objectContaining({ name: "GgufError" }));
    }
  });

  it("what is no file, and leaves nothing open", () => {
    expect(() => open(scratch)).toThrow(`${scratch}: expected a GGUF file, found no such file`);
    expect(() => open(path.join(scratch, "none.gguf"))).toThrow("found no such file");
    const before = fs.readdirSync("/proc/self/fd").length;
    for (const [, parts] of REFUSED) expect(() => open(forge(parts))).toThrow();
    expect(fs.readdirSync("/proc/self/fd").length).toBe(before);
  });

  it("a number of tensors or elements without making room for them first", () => {
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 50; i++) {
      expect(() => open(forge({ entries: [entry("k", ARRAY, u32(U8), u64(2n ** 31n))] }))).toThrow();
      expect(() => open(forge({ tensorCount: 2n ** 31n }))).toThrow();
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });
});
