// K-quants: blocks of 256 values in groups of 16 or 32, whose scales are few-bit numbers of one fp16 scale (ggml-quants.c).
import { float16At } from "../safetensors-dtypes";

/** 16 bytes of scale (low half) and minimum (high half) a group of 16, 64 bytes of 2-bit values, fp16 scale and minimum. */
export function dequantizeQ2K(bytes: Uint8Array, values: Float32Array): void {
  for (let at = 0, to = 0; to < values.length; at += 84, to += 256) {
    const scale = float16At(bytes, at + 80);
    const minimum = float16At(bytes, at + 82);
    for (let group = 0; group < 16; group++) {
      const packed = bytes[at + group]!;
      const groupScale = scale * (packed & 15);
      const groupMinimum = minimum * (packed >> 4);
      const { first, shift } = twoBits(group);
      for (let i = 0; i < 16; i++) {
        const value = (bytes[at + 16 + first + i]! >> shift) & 3;
        values[to + 16 * group + i] = groupScale * value - groupMinimum;
      }
    }
  }
}

/** Where the 2-bit values of a group of 16 lie: in each half of the block four groups of 32 share 32 bytes. */
const twoBits = (group: number) => ({
  first: 32 * (group >> 3) + 16 * (group & 1),
  shift: 2 * ((group >> 1) & 3),
});

/** 32 bytes of third bits, 64 bytes as of Q2_K, 12 bytes of sixteen 6-bit scales (32 stands for zero), fp16 scale. */
export function dequantizeQ3K(bytes: Uint8Array, values: Float32Array): void {
  for (let at = 0, to = 0; to < values.length; at += 110, to += 256) {
    const scale = float16At(bytes, at + 108);
    const scales = at + 96;
    for (let group = 0; group < 16; group++) {
      const low = group < 8 ? bytes[scales + group]! & 15 : bytes[scales + group - 8]! >> 4;
      const high = (bytes[scales + 8 + (group & 3)]! >> (2 * (group >> 2))) & 3;
      const groupScale = scale * ((low | (high << 4)) - 32);
      const { first, shift } = twoBits(group);
      const third = group >> 1;
      for (let i = 0; i < 16; i++) {
        const value = (bytes[at + 32 + first + i]! >> shift) & 3;
        // The third bit says that nothing is to be taken away.
        const set = (bytes[at + 16 * (group & 1) + i]! >> third) & 1;
        values[to + 16 * group + i] = groupScale * (value - (set ? 0 : 4));
      }
    }
  }
}

/** Scale and minimum of a group of 32, 6 bits each, among the 12 bytes that begin at `at`. */
function sixBits(bytes: Uint8Array, at: number, group: number): { scale: number; minimum: number } {
  if (group < 4) return { scale: bytes[at + group]! & 63, minimum: bytes[at + group + 4]! & 63 };
  const low = bytes[at + group + 4]!;
  return {
    scale: (low & 15) | ((bytes[at + group - 4]! >> 6) << 4),
    minimum: (low >> 4) | ((bytes[at + group]! >> 6) << 4),
  };
}

/** fp16 scale and minimum, 12 bytes of 6-bit ones, 128 bytes of 4-bit values: 32 in the low halves, 32 in the high ones. */
export function dequantizeQ4K(bytes: Uint8Array, values: Float32Array): void {
  for (let at = 0, to = 0; to < values.length; at += 144, to += 256) {
    for (let group = 0; group < 8; group++) {
      const own = sixBits(bytes, at + 4, group);
      const scale = float16At(bytes, at) * own.scale;
      const minimum = float16At(bytes, at + 2) * own.minimum;
      const first = at + 16 + 32 * (group >> 1);
      const shift = 4 * (group & 1);
      for (let i = 0; i < 32; i++) {
        values[to + 32 * group + i] = scale * ((bytes[first + i]! >> shift) & 15) - minimum;
      }
    }
  }
}

/** As Q4_K, with 32 bytes of fifth bits before the 4-bit values: bit g of byte i belongs to value i of group g. */
export function dequantizeQ5K(bytes: Uint8Array, values: Float32Array): void {
  for (let at = 0, to = 0; to < values.length; at += 176, to += 256) {
    for (let group = 0; group < 8; group++) {
      const own = sixBits(bytes, at + 4, group);
      const scale = float16At(bytes, at) * own.scale;
      const minimum = float16At(bytes, at + 2) * own.minimum;
      const first = at + 48 + 32 * (group >> 1);
      const shift = 4 * (group & 1);
      for (let i = 0; i < 32; i++) {
        const fifth = ((bytes[at + 16 + i]! >> group) & 1) << 4;
        values[to + 32 * group + i] = scale * (((bytes[first + i]! >> shift) & 15) | fifth) - minimum;
      }
    }
  }
}

/** 128 bytes of low 4 bits, 64 bytes of high 2 bits, 16 signed scales, fp16 scale; 32 stands for zero. */
export function dequantizeQ6K(bytes: Uint8Array, values: Float32Array): void {
  for (let at = 0, to = 0; to < values.length; at += 210, to += 256) {
    const scale = float16At(bytes, at + 208);
    for (let group = 0; group < 16; group++) {
      const groupScale = scale * ((bytes[at + 192 + group]! << 24) >> 24);
      // In each half of the block: four runs of 32 values, of which two share 32 bytes of low bits and all share 32 of high ones.
      const run = (group >> 1) & 3;
      const within = 16 * (group & 1);
      const low = at + 64 * (group >> 3) + 32 * (run & 1) + within;
      const high = at + 128 + 32 * (group >> 3) + within;
      for (let i = 0; i < 16; i++) {
        const four = (bytes[low + i]! >> (4 * (run >> 1))) & 15;
        const two = (bytes[high + i]! >> (2 * run)) & 3;
        values[to + 16 * group + i] = groupScale * ((four | (two << 4)) - 32);
      }
    }
  }
}
