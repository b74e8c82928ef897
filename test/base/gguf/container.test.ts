// GGUF files as gguf-py writes them: every type of value, two versions, parts; and the project's own writer byte by byte.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { GgufFile } from "../../../src/base/gguf/file";
import { type NewGgufTensor, writeGguf } from "../../../src/base/gguf/write";

const FIXTURES = path.join(__dirname, "../../fixtures/gguf");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "gguf-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

/** The bytes of each tensor. */
function contents(file: string): Record<string, Uint8Array> {
  const opened = GgufFile.open(file);
  const found = opened.names().map((name) => {
    const bytes = new Uint8Array(opened.tensor(name).byteLength);
    opened.read(name, bytes, 0);
    return [name, bytes] as const;
  });
  opened.close();
  return Object.fromEntries(found);
}

// make_container.py: (0 … 63) / 8 - 3, as [2, 32].
const ramp = Float32Array.from({ length: 64 }, (_, i) => i / 8 - 3);

describe("a file of gguf-py", () => {
  it("has the values that were put in, of every type", () => {
    const { metadata } = GgufFile.open(path.join(FIXTURES, "values.gguf"));
    const of = (key: string) => metadata.get(`b.${key}`);
    expect(["uint8", "int8", "uint16", "int16"].map(of)).toEqual([200, -100, 60_000, -30_000]);
    expect(["uint64", "beyond", "int64"].map(of)).toEqual([2 ** 53 - 1, 2n ** 64n - 1n, -(2 ** 40)]);
    expect([of("float64"), of("nested")]).toEqual([0.1, [[1, 2], [3]]]);
    expect(metadata.get("general.alignment")).toBe(64);
  });

  it("has its tensors, whatever the alignment, and in version 2 as in version 3", () => {
    for (const name of ["container.gguf", "values.gguf"]) {
      const bytes = fs.readFileSync(path.join(FIXTURES, name));
      bytes.writeUInt32LE(2, 4);
      fs.writeFileSync(path.join(scratch, name), bytes);
      for (const folder of [FIXTURES, scratch]) {
        const found = contents(path.join(folder, name));
        expect(new Float32Array(found["a.weight"]!.buffer)).toEqual(ramp);
        expect(new Float32Array(found["norm.weight"]!.buffer)).toEqual(ramp.slice(0, 3));
        expect(Object.values(found).map(({ length }) => length)).toEqual([256, 128, 68, 12]);
      }
    }
    const opened = GgufFile.open(path.join(FIXTURES, "container.gguf"));
    expect(opened.tensor("c.weight")).toMatchObject({ shape: [2, 32], type: { name: "Q8_0" } });
    const part = new Uint8Array(4);
    opened.read("a.weight", part, 8);
    expect(new Float32Array(part.buffer)[0]).toBe(ramp[2]);
    expect(() => opened.read("a.weight", part, 253)).toThrow('"a.weight": bytes 253 to 257 of 256 asked for');
    opened.close();
  });

  it("is opened by its first part and says what is wrong with the others", () => {
    const first = "parts-00001-of-00002.gguf";
    const second = "parts-00002-of-00002.gguf";
    expect(contents(path.join(FIXTURES, first))).toEqual(contents(path.join(FIXTURES, "container.gguf")));
    expect(() => GgufFile.open(path.join(FIXTURES, second))).toThrow(
      `name the first, ${path.join(FIXTURES, first)}`,
    );
    fs.copyFileSync(path.join(FIXTURES, first), path.join(scratch, first));
    expect(() => GgufFile.open(path.join(scratch, first))).toThrow(
      `${path.join(scratch, second)}: expected part 2 of 2, found no such file`,
    );
    fs.copyFileSync(path.join(FIXTURES, first), path.join(scratch, second));
    expect(() => GgufFile.open(path.join(scratch, first))).toThrow(
      `${path.join(scratch, second)}: metadata "split.no": expected 1, as the file's name says, found 0`,
    );
    fs.copyFileSync(path.join(FIXTURES, first), path.join(scratch, "alone.gguf"));
    expect(() => GgufFile.open(path.join(scratch, "alone.gguf"))).toThrow(
      'metadata "split.count": expected 1, as the file\'s name says, found 2',
    );
  });
});

it("writes what gguf-py writes, byte by byte", () => {
  const file = path.join(scratch, "own.gguf");
  const found = contents(path.join(FIXTURES, "container.gguf"));
  const tensor = (name: string, type: NewGgufTensor["type"], shape: number[]): NewGgufTensor => ({
    name,
    type,
    shape,
    data: () => [found[name]!.subarray(0, 7), found[name]!.subarray(7)],
  });
  writeGguf(
    file,
    {
      "general.architecture": { string: "llama" },
      "a.uint32": { uint32: 2 ** 32 - 1 },
      "a.int32": { int32: -5 },
      "a.float32": { float32: 0.1 },
      "a.bool": { bool: true },
      "a.string": { string: "글, 그리고 🙂" },
      "a.texts": { list: ["▁가", "", "<0x0A>"].map((string) => ({ string })) },
      "a.numbers": { list: [1, -2, 3].map((int32) => ({ int32 })) },
      "a.scores": { list: [-1.5, 0.25].map((float32) => ({ float32 })) },
    },
    [
      tensor("a.weight", "F32", [2, 32]),
      tensor("b.weight", "F16", [2, 32]),
      tensor("c.weight", "Q8_0", [2, 32]),
      tensor("norm.weight", "F32", [3]),
    ],
  );
  expect(fs.readFileSync(file)).toEqual(fs.readFileSync(path.join(FIXTURES, "container.gguf")));
  expect(() => writeGguf(file, {}, [{ ...tensor("a.weight", "F32", [2, 31]) }])).toThrow(
    '"a.weight": F32 [2, 31] takes 248 bytes, found 256',
  );
});
