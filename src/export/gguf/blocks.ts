// fp32 numbers in the formats of a GGUF file: the way back from models/gguf/blocks.ts, byte for byte as gguf-py and ggml's
// reference functions (gguf/quants.py, ggml-quants.c) have them; K-quants in k-blocks.ts.
import { type TensorTypeName, typeOfName } from "../../base/gguf/tensor-types";
import { toBfloat16 } from "../../models/safetensors-dtypes";
import { finiteFloat16, putFloat16 } from "./float16";
import { quantizeQ4K, quantizeQ6K } from "./k-blocks";

/** Writes the blocks of `values`, a whole number of them, to `bytes`. */
type Quantize = (values: Float32Array, bytes: Uint8Array) => void;

const BLOCK = 32;

/** The value of largest size in a block of 32; of several the first. */
function largest(values: Float32Array, from: number): number {
  let found = values[from]!;
  for (let i = from + 1; i < from + BLOCK; i++)
    if (Math.abs(values[i]!) > Math.abs(found)) found = values[i]!;
  return found;
}

/** What a value is multiplied by to be counted in steps of `scale`; a scale without an inverse in fp32 counts nothing. */
const inverse = (scale: number): number => {
  const factor = Math.fround(1 / scale);
  return Number.isFinite(factor) ? factor : 0;
};

/** Scales of all blocks, `largest / divisor` each, with their fp16 patterns. Throws where one is beyond fp16. */
function scalesOf(values: Float32Array, divisor: number): { scales: Float32Array; patterns: Uint16Array } {
  const scales = new Float32Array(values.length / BLOCK);
  for (let block = 0; block < scales.length; block++)
    scales[block] = largest(values, block * BLOCK) / divisor;
  return { scales, patterns: finiteFloat16(scales) };
}

/** fp16 scale, 32 signed bytes; halves are rounded away from zero. */
function quantizeQ8_0(values: Float32Array, bytes: Uint8Array): void {
  const { scales, patterns } = scalesOf(values, 127);
  for (let block = 0, at = 0; block < scales.length; block++, at += 34) {
    const factor = inverse(Math.abs(scales[block]!));
    putFloat16(bytes, at, patterns[block]! & 0x7fff);
    for (let i = 0; i < BLOCK; i++) {
      const value = Math.fround(values[block * BLOCK + i]! * factor);
      bytes[at + 2 + i] = value < 0 ? -Math.floor(0.5 - value) : Math.floor(value + 0.5);
    }
  }
}

/** Codes of a block in `levels` steps, the value of largest size at the lowest one. */
function codesOf(values: Float32Array, from: number, scale: number, levels: number, codes: Uint8Array): void {
  const factor = inverse(scale);
  for (let i = 0; i < BLOCK; i++) {
    const steps = Math.fround(Math.fround(values[from + i]! * factor) + (levels / 2 + 0.5));
    codes[i] = Math.min(levels - 1, Math.trunc(steps));
  }
}

/** fp16 scale, 16 bytes: values 0-15 in their low halves, 16-31 in the high ones; 8 stands for zero. */
function quantizeQ4_0(values: Float32Array, bytes: Uint8Array): void {
  const { scales, patterns } = scalesOf(values, -8);
  const codes = new Uint8Array(BLOCK);
  for (let block = 0, at = 0; block < scales.length; block++, at += 18) {
    putFloat16(bytes, at, patterns[block]!);
    codesOf(values, block * BLOCK, scales[block]!, 16, codes);
    for (let i = 0; i < 16; i++) bytes[at + 2 + i] = codes[i]! | (codes[16 + i]! << 4);
  }
}

/** As Q4_0 with 32 fifth bits before the halves; 16 stands for zero. */
function quantizeQ5_0(values: Float32Array, bytes: Uint8Array): void {
  const { scales, patterns } = scalesOf(values, -16);
  const codes = new Uint8Array(BLOCK);
  for (let block = 0, at = 0; block < scales.length; block++, at += 22) {
    putFloat16(bytes, at, patterns[block]!);
    codesOf(values, block * BLOCK, scales[block]!, 32, codes);
    bytes.fill(0, at + 2, at + 6);
    for (let i = 0; i < BLOCK; i++) bytes[at + 2 + (i >> 3)]! |= (codes[i]! >> 4) << (i & 7);
    for (let i = 0; i < 16; i++) bytes[at + 6 + i] = (codes[i]! & 15) | ((codes[16 + i]! & 15) << 4);
  }
}

const sixteenBit = (bytes: Uint8Array, patterns: Uint16Array): void =>
  bytes.set(new Uint8Array(patterns.buffer, patterns.byteOffset, patterns.byteLength));

const FORMATS = {
  F32: (values, bytes) => bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  F16: (values, bytes) => sixteenBit(bytes, finiteFloat16(values)),
  BF16: (values, bytes) => sixteenBit(bytes, toBfloat16(values)),
  Q8_0: quantizeQ8_0,
  Q4_0: quantizeQ4_0,
  Q5_0: quantizeQ5_0,
  Q4_K: quantizeQ4K,
  Q6_K: quantizeQ6K,
} as const satisfies Partial<Record<TensorTypeName, Quantize>>;

/** The formats that are written. */
export type WrittenType = keyof typeof FORMATS;

/**
 * The stored bytes of `values`, a whole number of the type's blocks. Throws RangeError where a value is not finite, or where
 * it or a scale is beyond fp16.
 */
export function quantizeBlocks(name: WrittenType, values: Float32Array): Uint8Array {
  const type = typeOfName(name);
  if (values.length % type.values !== 0)
    throw new Error(`${values.length} values are no whole number of ${name} blocks of ${type.values}.`);
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new RangeError(`${values[at]} at place ${at} is no number to be stored`);
  const bytes = new Uint8Array((values.length / type.values) * type.bytes);
  FORMATS[name](values, bytes);
  return bytes;
}
