// Weight files: number formats bit by bit, shards, ranges, and files that lie.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { WeightFiles, writeSafetensors } from "../../src/models/safetensors";
import { toBfloat16, toFloat16, upcastBfloat16, upcastFloat16 } from "../../src/models/safetensors-dtypes";
import { writeShardedSafetensors } from "../../src/models/sharded-write";

const ORACLES = path.join(__dirname, "../fixtures/oracles/models");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "weights-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

let count = 0;
const fresh = () => path.join(scratch, `${count++}.safetensors`);

/** A file of an arbitrary header (text or object) and data; `claimed` replaces the header's length. */
function forge(header: unknown, data = 0, claimed?: bigint): string {
  const text = Buffer.isBuffer(header)
    ? header
    : Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimed ?? BigInt(text.length));
  const file = fresh();
  fs.writeFileSync(file, Buffer.concat([length, text, Buffer.alloc(data)]));
  return file;
}

describe("number formats", () => {
  const every = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

  it("upcasts every fp16 pattern as IEEE 754 says, and back", () => {
    const values = new Float32Array(65536);
    upcastFloat16(every, values);
    // Values by hand: 1, -2, largest, smallest normal, largest and smallest subnormal, infinities.
    const known: [number, number][] = [
      [0x3c00, 1],
      [0xc000, -2],
      [0x7bff, 65504],
      [0x0400, 2 ** -14],
      [0x03ff, 1023 * 2 ** -24],
      [0x0001, 2 ** -24],
      [0x7c00, Number.POSITIVE_INFINITY],
      [0xfc00, Number.NEGATIVE_INFINITY],
      [0x3555, 0.333251953125],
    ];
    for (const [bits, value] of known) expect(values[bits]).toBe(value);
    expect(Object.is(values[0x8000], -0)).toBe(true);
    const back = toFloat16(values);
    for (let bits = 0; bits < 65536; bits++) {
      if (Number.isNaN(values[bits])) expect((back[bits] as number) & 0x7fff).toBeGreaterThan(0x7c00);
      else if (back[bits] !== bits) expect(back[bits]).toBe(bits);
    }
  });

  it("upcasts every bf16 pattern, and back", () => {
    const values = new Float32Array(65536);
    upcastBfloat16(every, values);
    const view = new DataView(new ArrayBuffer(4));
    for (let bits = 0; bits < 65536; bits++) {
      view.setUint32(0, bits * 65536);
      if (!Object.is(values[bits], view.getFloat32(0))) expect(values[bits]).toBe(view.getFloat32(0));
    }
    const back = toBfloat16(values);
    for (let bits = 0; bits < 65536; bits++) {
      if (Number.isNaN(values[bits])) expect((back[bits] as number) & 0x7fff).toBeGreaterThan(0x7f80);
      else if (back[bits] !== bits) expect(back[bits]).toBe(bits);
    }
  });

  it.each([
    ["fp16", toFloat16, upcastFloat16, 0x7c00],
    ["bf16", toBfloat16, upcastBfloat16, 0x7f80],
  ] as const)("rounds to the nearest %s, ties to even", (_, round, upcast, infinity) => {
    // Naive: the halfway point of each two neighbours goes to the even pattern, what lies beside it to the nearer one.
    const patterns = Uint16Array.from({ length: infinity }, (_, bits) => bits);
    const values = new Float32Array(infinity);
    upcast(patterns, values);
    const bits = new Uint32Array(1);
    const float = new Float32Array(bits.buffer);
    for (let low = 0; low + 1 < infinity; low += low < 2100 ? 1 : 7) {
      float[0] = ((values[low] as number) + (values[low + 1] as number)) / 2;
      const half = float[0];
      bits[0] = (bits[0] as number) + 1;
      const above = float[0];
      bits[0] = (bits[0] as number) - 2;
      const below = float[0];
      const found = round(Float32Array.of(half, above, below, -half));
      const even = low % 2 === 0 ? low : low + 1;
      expect([...found]).toEqual([even, low + 1, low, even | 0x8000]);
    }
    expect([...round(Float32Array.of(3.4e38, 3.4028234e38))]).toEqual([infinity, infinity]);
  });
});

describe("writing and reading", () => {
  it("keeps every tensor aligned and readable, whatever the order", () => {
    const file = fresh();
    writeSafetensors(
      file,
      [
        { name: "열", dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) },
        { name: "half", dtype: "F16", shape: [3], data: Float32Array.of(1, 0.5, -0.25) },
        { name: "whole", dtype: "F32", shape: [2, 1], data: () => Float32Array.of(0.1, -7) },
        { name: "brain", dtype: "BF16", shape: [], data: Float32Array.of(1.5) },
        { name: "empty", dtype: "F32", shape: [0, 4], data: new Float32Array(0) },
      ],
      { step: "3" },
    );
    const stored = fs.readFileSync(file);
    const length = Number(stored.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    const header = JSON.parse(stored.subarray(8, 8 + length).toString("utf8"));
    expect(header.__metadata__).toEqual({ format: "pt", step: "3" });
    expect(header.whole.data_offsets[0] % 4).toBe(0);
    const files = WeightFiles.open(file);
    expect(files.names()).toEqual(["brain", "empty", "half", "whole", "열"]);
    expect([...files.float32("half")]).toEqual([1, 0.5, -0.25]);
    expect([...files.float32("whole")]).toEqual([Math.fround(0.1), -7]);
    expect([...files.float32("brain")]).toEqual([1.5]);
    expect(files.float32("empty").length).toBe(0);
    expect(files.info("brain")).toEqual({ dtype: "BF16", shape: [], byteLength: 2 });
    expect([...files.bytes("열")]).toEqual([1, 2, 3]);
    expect(() => files.float32("열")).toThrow("expected F32, F16 or BF16, found U8");
    expect(() => files.float32("없음")).toThrow('no tensor "없음"');
    files.close();
  });

  it("writes all or nothing", () => {
    const file = fresh();
    writeSafetensors(file, [{ name: "a", dtype: "F32", shape: [1], data: Float32Array.of(1) }]);
    const before = fs.readFileSync(file);
    const failing = () => {
      throw new Error("interrupted");
    };
    expect(() => writeSafetensors(file, [{ name: "a", dtype: "F32", shape: [1], data: failing }])).toThrow(
      "interrupted",
    );
    expect(() =>
      writeSafetensors(file, [{ name: "a", dtype: "F32", shape: [2], data: Float32Array.of(1) }]),
    ).toThrow("takes 8 bytes, found 4");
    const twice = { name: "a", dtype: "F32" as const, shape: [1], data: Float32Array.of(1) };
    expect(() => writeSafetensors(file, [twice, twice])).toThrow('two tensors are named "a"');
    expect(fs.readFileSync(file)).toEqual(before);
    expect(fs.readdirSync(scratch).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("reads shards a tensor at a time", () => {
    const files = WeightFiles.open(path.join(ORACLES, "llama32"));
    expect(files.files.length).toBe(3);
    expect(files.info("model.layers.1.self_attn.q_proj.weight").shape).toEqual([192, 64]);
    expect(files.float32("model.layers.1.self_attn.q_proj.weight").length).toBe(192 * 64);
    files.close();
    expect(() => files.bytes("model.norm.weight")).toThrow("no tensor");
  });

  it("reads from a file that is larger than memory allows, without reading it whole", () => {
    const gigabytes = 40 * 2 ** 30;
    const large = { dtype: "BF16", shape: [gigabytes / 2], data_offsets: [0, gigabytes] };
    const file = forge({
      large,
      small: { dtype: "BF16", shape: [2], data_offsets: [gigabytes, gigabytes + 4] },
    });
    fs.truncateSync(file, fs.statSync(file).size + gigabytes + 4);
    const before = process.memoryUsage().rss;
    const files = WeightFiles.open(file);
    expect([...files.float32("small")]).toEqual([0, 0]);
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 26);
    files.close();
    fs.rmSync(file);
  });

  it("upcasts the tensors of the bf16 and fp16 models to values that fit them exactly", () => {
    for (const [model, back] of [
      ["qwen3", toBfloat16],
      ["solar", toFloat16],
    ] as const) {
      const files = WeightFiles.open(path.join(ORACLES, model));
      for (const name of files.names()) {
        const bytes = files.bytes(name);
        const again = back(files.float32(name));
        expect(Buffer.compare(Buffer.from(again.buffer), Buffer.from(bytes.buffer))).toBe(0);
      }
      files.close();
    }
  });
});

describe("a hostile or damaged file is refused", () => {
  const f32 = (shape: unknown, offsets: unknown, more = {}) => ({
    dtype: "F32",
    shape,
    data_offsets: offsets,
    ...more,
  });

  it.each([
    ["a header longer than the file", () => forge({}, 0, 1000n), "claims 1000 bytes"],
    ["a header of 2^63 bytes", () => forge({}, 0, 1n << 63n), "claims 9223372036854775808 bytes"],
    ["a header that is not JSON", () => forge('{"a": '), "expected JSON"],
    [
      "a header that is not UTF-8",
      () => forge(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])),
      "not UTF-8",
    ],
    ["a header that is a list", () => forge("[]"), 'starts with "{"'],
    ["a tensor that is a number", () => forge({ a: 3 }), "expected dtype, shape and data_offsets"],
    [
      "an unknown dtype",
      () => forge({ a: { dtype: "F31", shape: [1], data_offsets: [0, 4] } }, 4),
      "found F31",
    ],
    [
      "an inherited name as dtype",
      () => forge({ a: { dtype: "toString", shape: [1], data_offsets: [0, 4] } }, 4),
      "found toString",
    ],
    ["an unknown header field", () => forge({ a: f32([1], [0, 4], { strides: [1] }) }, 4), '"strides"'],
    ["a negative size", () => forge({ a: f32([-1], [0, 4]) }, 4), "found [-1]"],
    ["a fractional size", () => forge({ a: f32([1.5], [0, 6]) }, 6), "found [1.5]"],
    ["a shape that overflows", () => forge({ a: f32([2 ** 40, 2 ** 40, 0], [0, 0]) }), "too large"],
    [
      "a shape of a thousand sizes",
      () => forge({ a: f32(new Array(1000).fill(1), [0, 4]) }, 4),
      "at most 16 sizes",
    ],
    [
      "a shape beside its bytes",
      () => forge({ a: f32([2], [0, 4]) }, 4),
      "takes 8 bytes, the header gives it 4",
    ],
    ["offsets in reverse", () => forge({ a: f32([1], [4, 0]) }, 4), "bytes 4 to 0 lie outside"],
    ["offsets past the end", () => forge({ a: f32([2], [0, 8]) }, 4), "bytes 0 to 8 lie outside the 4"],
    ["three offsets", () => forge({ a: f32([1], [0, 4, 4]) }, 4), "expected data_offsets"],
    ["tensors that overlap", () => forge({ a: f32([2], [0, 8]), b: f32([1], [4, 8]) }, 8), '"b": overlaps'],
    [
      "a gap between tensors",
      () => forge({ a: f32([1], [0, 4]), b: f32([1], [8, 12]) }, 12),
      '"b": leaves a gap',
    ],
    ["bytes after the last tensor", () => forge({ a: f32([1], [0, 4]) }, 9), "5 bytes after the last tensor"],
    [
      "a name twice",
      () =>
        forge(
          '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061" : {"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
          4,
        ),
      '"a" stands twice',
    ],
    [
      "a dtype twice",
      () => forge('{"a":{"dtype":"F32","dtype":"I32","shape":[1],"data_offsets":[0,4]}}', 4),
      '"dtype" stands twice',
    ],
    ["metadata that is no text", () => forge({ __metadata__: { a: 1 } }), "is not a text"],
  ])("%s", (_, make, message) => {
    const file = make();
    expect(() => WeightFiles.open(file)).toThrow(message);
    expect(() => WeightFiles.open(file)).toThrow(file);
  });

  it("a file of a few bytes, or none", () => {
    const file = fresh();
    fs.writeFileSync(file, "abc");
    expect(() => WeightFiles.open(file)).toThrow("found 3 bytes");
    expect(() => WeightFiles.open(path.join(scratch, "nothing"))).toThrow("no such file or folder");
    expect(() => WeightFiles.open(scratch)).toThrow(
      "expected model.safetensors or model.safetensors.index.json",
    );
  });

  it("a tensor called __proto__ is a tensor like any other", () => {
    const files = WeightFiles.open(
      forge('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
    );
    expect(files.names()).toEqual(["__proto__"]);
    files.close();
  });

  it("leaves no file open", () => {
    const open = () => fs.readdirSync("/proc/self/fd").length;
    const before = open();
    for (let i = 0; i < 20; i++) expect(() => WeightFiles.open(forge({ a: f32([2], [0, 8]) }, 4))).toThrow();
    expect(open()).toBeLessThan(before + 5);
  });
});

describe("an index of shards", () => {
  function sharded(change: (map: Record<string, unknown>, folder: string) => void): string {
    const folder = fs.mkdtempSync(path.join(scratch, "shards-"));
    const map: Record<string, unknown> = {};
    for (const [i, name] of ["a", "b", "c"].entries()) {
      const shard = `model-0000${i + 1}-of-00003.safetensors`;
      writeSafetensors(path.join(folder, shard), [
        { name, dtype: "F32", shape: [1], data: Float32Array.of(i) },
      ]);
      map[name] = shard;
    }
    change(map, folder);
    fs.writeFileSync(path.join(folder, "model.safetensors.index.json"), JSON.stringify({ weight_map: map }));
    return folder;
  }

  it("is followed, through links too, as the hub's cache lays files out", () => {
    const folder = sharded((_, at) => {
      const shard = path.join(at, "model-00002-of-00003.safetensors");
      fs.renameSync(shard, path.join(at, "blob"));
      fs.symlinkSync("blob", shard);
    });
    const files = WeightFiles.open(folder);
    expect(files.names().map((name) => files.float32(name)[0])).toEqual([0, 1, 2]);
    files.close();
  });

  it.each([
    "../model-00001-of-00003.safetensors",
    "/etc/model.safetensors",
    "sub/model.safetensors",
    "..\\model.safetensors",
    "C:\\model.safetensors",
    "model.bin",
    "",
    7,
  ])("may not name %j", (place) => {
    const folder = sharded((map) => {
      map.a = place;
    });
    expect(() => WeightFiles.open(folder)).toThrow(
      `"a": expected the name of a safetensors file beside the index, found ${JSON.stringify(place)}`,
    );
  });

  it("is refused when shards or tensors are missing, elsewhere or too many", () => {
    const gone = sharded((_, folder) => fs.rmSync(path.join(folder, "model-00003-of-00003.safetensors")));
    expect(() => WeightFiles.open(gone)).toThrow("not there: model-00003-of-00003.safetensors");
    const absent = sharded((map) => {
      map.d = map.a;
    });
    expect(() => WeightFiles.open(absent)).toThrow(
      'the tensor "d" is not in model-00001-of-00003.safetensors',
    );
    const elsewhere = sharded((map) => {
      map.a = map.b;
    });
    expect(() => WeightFiles.open(elsewhere)).toThrow(
      'the tensor "a" is not in model-00002-of-00003.safetensors',
    );
    const extra = sharded((map, folder) => {
      const tensors = ["a", "e"].map((name) => ({
        name,
        dtype: "F32" as const,
        shape: [1],
        data: Float32Array.of(1),
      }));
      writeSafetensors(path.join(folder, map.a as string), tensors);
    });
    expect(() => WeightFiles.open(extra)).toThrow('the tensor "e" is not in');
    const twice = sharded((map, folder) => {
      const tensors = ["b", "a"].map((name) => ({
        name,
        dtype: "F32" as const,
        shape: [1],
        data: Float32Array.of(1),
      }));
      writeSafetensors(path.join(folder, map.a as string), tensors);
    });
    expect(() => WeightFiles.open(twice)).toThrow('the tensor "b" stands in');
    const list = sharded(() => {});
    fs.writeFileSync(path.join(list, "model.safetensors.index.json"), '{"weight_map": []}');
    expect(() => WeightFiles.open(list)).toThrow('"weight_map" to be an object');
  });
});

describe("a sharded model", () => {
  const values = (length: number, start: number) => Float32Array.from({ length }, (_, i) => start + i);
  const tensors = ["c", "a", "d", "b"].map((name, i) => ({
    name,
    dtype: "F32" as const,
    shape: [i === 2 ? 9 : 4],
    data: () => values(i === 2 ? 9 : 4, 100 * i),
  }));

  it("is written in the given order, no shard above the limit but for one larger tensor, and read back", () => {
    const folder = path.join(scratch, "sharded");
    writeShardedSafetensors(folder, tensors, 32);
    const index = JSON.parse(fs.readFileSync(path.join(folder, "model.safetensors.index.json"), "utf8"));
    const shard = (n: number) => `model-0000${n}-of-00003.safetensors`;
    expect(index).toEqual({
      metadata: { total_size: 84 },
      weight_map: { c: shard(1), a: shard(1), d: shard(2), b: shard(3) },
    });
    const files = WeightFiles.open(folder);
    for (const { name, data } of tensors) expect([...files.float32(name)]).toEqual([...data()]);
    const part = new Uint8Array(8);
    files.read("d", part, 12);
    expect([...new Float32Array(part.buffer)]).toEqual([203, 204]);
    expect(() => files.read("d", part, 29)).toThrow("bytes 29 to 37 of 36");
    files.close();
  });

  it("is refused where weights lie already, or two tensors have one name", () => {
    const folder = path.join(scratch, "sharded");
    expect(() => writeShardedSafetensors(folder, tensors)).toThrow("there are weights already");
    const twice = [tensors[0]!, tensors[0]!];
    expect(() => writeShardedSafetensors(path.join(scratch, "twice"), twice)).toThrow('named "c"');
  });
});
