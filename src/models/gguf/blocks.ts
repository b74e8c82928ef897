// The stored numbers of a GGUF tensor in fp32: plain formats, and blocks of 32 with a scale (ggml-quants.c).
// Each product is exact in fp32's 24 bits or rounded once, so the values are those of gguf-py to the last bit.
import type { TensorType, TensorTypeName } from "../../base/gguf/tensor-types";
import { float16At, upcastBfloat16, upcastFloat16 } from "../safetensors-dtypes";
import { dequantizeQ2K, dequantizeQ3K, dequantizeQ4K, dequantizeQ5K, dequantizeQ6K } from "./k-blocks";

/** Writes the values of whole blocks, `bytes`, to `values`. */
export type Dequantize = (bytes: Uint8Array, values: Float32Array) => void;

/** fp16 scale, 32 signed bytes. */
function dequantizeQ8_0(bytes: Uint8Array, values: Float32Array): void {
  for (let at = 0, to = 0; to < values.length; at += 34, to += 32) {
    const scale = float16At(bytes, at);
    for (let i = 0; i < 32; i++) values[to + i] = scale * ((bytes[at + 2 + i]! << 24) >> 24);
  }
}

/** fp16 scale, 16 bytes: values 0-15 in their low halves, 16-31 in the high ones; 8 stands for zero. */
function dequantizeQ4_0(bytes: Uint8Array, values: Float32Array): void {
  for (let at = 0, to = 0; to < values.length; at += 18, to += 32) {
    const scale = float16At(bytes, at);
    for (let i = 0; i < 16; i++) {
      const pair = bytes[at + 2 + i]!;
      values[to + i] = scale * ((pair & 15) - 8);
      values[to + 16 + i] = scale * ((pair >> 4) - 8);
    }
  }
}

/** fp16 scale and minimum, 16 bytes as of Q4_0. */
function dequantizeQ4_1(bytes: Uint8Array, values: Float32Array): void {
  for (let at = 0, to = 0; to < values.length; at += 20, to += 32) {
    const scale = float16At(bytes, at);
    const minimum = float16At(bytes, at + 2);
    for (let i = 0; i < 16; i++) {
      const pair = bytes[at + 4 + i]!;
      values[to + i] = scale * (pair & 15) + minimum;
      values[to + 16 + i] = scale * (pair >> 4) + minimum;
    }
  }
}

/** The fifth bit of value `i` among the 32 that begin at byte `at`, in its place. */
const fifthBit = (bytes: Uint8Array, at: number, i: number): number =>
  ((bytes[at + (i >> 3)]! >> (i & 7)) & 1) << 4;

/** fp16 scale, 32 fifth bits, 16 bytes as of Q4_0; 16 stands for zero. */
function dequantizeQ5_0(bytes: Uint8Array, values: Float32Array): void {
  for (let at = 0, to = 0; to < values.length; at += 22, to += 32) {
    const scale = float16At(bytes, at);
    for (let i = 0; i < 16; i++) {
      const pair = bytes[at + 6 + i]!;
      values[to + i] = scale * (((pair & 15) | fifthBit(bytes, at + 2, i)) - 16);
      values[to + 16 + i] = scale * (((pair >> 4) | fifthBit(bytes, at + 2, 16 + i)) - 16);
    }
  }
}

/** fp16 scale and minimum, 32 fifth bits, 16 bytes as of Q4_0. */
function dequantizeQ5_1(bytes: Uint8Array, values: Float32Array): void {
  for (let at = 0, to = 0; to < values.length; at += 24, to += 32) {
    const scale = float16At(bytes, at);
    const minimum = float16At(bytes, at + 2);
    for (let i = 0; i < 16; i++) {
      const pair = bytes[at + 8 + i]!;
      values[to + i] = scale * ((pair & 15) | fifthBit(bytes, at + 4, i)) + minimum;
      values[to + 16 + i] = scale * ((pair >> 4) | fifthBit(bytes, at + 4, 16 + i)) + minimum;
    }
  }
}

const copyFloat32: Dequantize = (bytes, values) =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength).set(bytes);

/** The 16-bit numbers of `bytes`, which need not be aligned. */
const sixteenBit = (bytes: Uint8Array): Uint16Array =>
  bytes.byteOffset % 2 === 0
    ? new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)
    : new Uint16Array(bytes.slice().buffer);

const FORMATS: Record<TensorTypeName, Dequantize> = {
  F32: copyFloat32,
  F16: (bytes, values) => upcastFloat16(sixteenBit(bytes), values),
  BF16: (bytes, values) => upcastBfloat16(sixteenBit(bytes), values),
  Q4_0: dequantizeQ4_0,
  Q4_1: dequantizeQ4_1,
  Q5_0: dequantizeQ5_0,
  Q5_1: dequantizeQ5_1,
  Q8_0: dequantizeQ8_0,
  Q2_K: dequantizeQ2K,
  Q3_K: dequantizeQ3K,
  Q4_K: dequantizeQ4K,
  Q5_K: dequantizeQ5K,
  Q6_K: dequantizeQ6K,
};

/** Writes the fp32 values of stored blocks to `values`; throws where the two lengths do not agree. */
export function dequantize(type: TensorType, bytes: Uint8Array, values: Float32Array): void {
  if (bytes.length * type.values !== values.length * type.bytes) {
    throw new Error(`${bytes.length} bytes of ${type.name} do not hold ${values.length} values.`);
  }
  FORMATS[type.name](bytes, values);
}
