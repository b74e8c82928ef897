// Stored blocks of every format, random bytes, against gguf-py's values to the last bit.
import * as path from "node:path";
import { expect, it } from "vitest";
import { TENSOR_TYPES, typeOfName } from "../../../src/base/gguf/tensor-types";
import { dequantize } from "../../../src/models/gguf/blocks";
import { WeightFiles } from "../../../src/models/safetensors";

const reference = WeightFiles.open(path.join(__dirname, "../../fixtures/gguf/blocks.safetensors"));
/** Bit patterns, with one for every NaN. */
const bits = (values: Float32Array): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, values.length).map((pattern, i) =>
    Number.isNaN(values[i]) ? 0x7fc00000 : pattern,
  );

it.each(TENSOR_TYPES.filter(({ name }) => name !== "F32"))("$name", (type) => {
  const stored = reference.bytes(`${type.name}.bytes`);
  const expected = reference.float32(`${type.name}.values`);
  const found = new Float32Array((stored.length / type.bytes) * type.values);
  dequantize(type, stored, found);
  expect(bits(found)).toEqual(bits(expected));
  expect(found.some((value) => Number.isFinite(value) && value !== 0)).toBe(true);
  // A range of blocks that begins at an odd byte of its buffer.
  const shifted = new Uint8Array(stored.length + 1);
  shifted.set(stored, 1);
  const again = new Float32Array(2 * type.values);
  dequantize(type, shifted.subarray(1, 1 + 2 * type.bytes), again);
  expect(bits(again)).toEqual(bits(expected.subarray(0, again.length)));
});

it("copies fp32 and refuses a number of bytes that is not that of the values", () => {
  const f32 = typeOfName("F32");
  const values = Float32Array.of(1.5, -0, 3e-42);
  const found = new Float32Array(3);
  dequantize(f32, new Uint8Array(values.buffer), found);
  expect(bits(found)).toEqual(bits(values));
  expect(() => dequantize(f32, new Uint8Array(8), found)).toThrow("8 bytes of F32 do not hold 3 values");
});
