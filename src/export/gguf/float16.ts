// fp16 numbers of a GGUF file, never infinite.
import { toFloat16 } from "../../models/safetensors-dtypes";

/** fp16 patterns. Throws RangeError where a number is beyond fp16. */
export function finiteFloat16(values: Float32Array): Uint16Array {
  const patterns = toFloat16(values);
  const at = patterns.findIndex((pattern) => (pattern & 0x7c00) === 0x7c00);
  if (at >= 0) throw new RangeError(`${values[at]} is beyond fp16, whose largest number is 65504`);
  return patterns;
}

/** Writes a pattern at byte `at`, little-endian. */
export function putFloat16(bytes: Uint8Array, at: number, pattern: number): void {
  bytes[at] = pattern & 255;
  bytes[at + 1] = pattern >> 8;
}
