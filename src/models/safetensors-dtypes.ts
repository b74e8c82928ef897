// The number formats of a safetensors file: sizes, and conversion of bf16 and fp16 to and from fp32.

/** Bytes of one element of each format that a safetensors header may name. */
export const DTYPE_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;

export type Dtype = keyof typeof DTYPE_BYTES;

/** Whether `name` is a format of the safetensors specification. */
export function isDtype(name: unknown): name is Dtype {
  return typeof name === "string" && Object.hasOwn(DTYPE_BYTES, name);
}

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

let halfTable: Float32Array | undefined;

/** The fp32 value of every fp16 bit pattern. */
function float16Table(): Float32Array {
  if (halfTable) return halfTable;
  const table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 31) table[bits] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else if (exponent === 0) table[bits] = sign * fraction * 2 ** -24;
    else table[bits] = sign * (1024 + fraction) * 2 ** (exponent - 25);
  }
  halfTable = table;
  return table;
}

/** The value of the little-endian fp16 number at byte `at`. */
export function float16At(bytes: Uint8Array, at: number): number {
  return float16Table()[bytes[at]! | (bytes[at + 1]! << 8)]!;
}

/** Writes the fp32 values of the fp16 patterns `source` to `target` from `offset` on; exact. */
export function upcastFloat16(source: Uint16Array, target: Float32Array, offset = 0): void {
  const table = float16Table();
  for (let i = 0; i < source.length; i++) target[offset + i] = table[source[i] as number] as number;
}

/** Writes the fp32 values of the bf16 patterns `source` to `target` from `offset` on; exact. */
export function upcastBfloat16(source: Uint16Array, target: Float32Array, offset = 0): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < source.length; i++) bits[offset + i] = (source[i] as number) << 16;
}

/** The bf16 patterns of `values`, rounded to nearest, ties to even; NaN stays NaN. */
export function toBfloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const b = bits[i] as number;
    // Rounding up could carry the payload of a NaN into infinity: keep it a quiet NaN instead.
    out[i] = (b & 0x7fffffff) > 0x7f800000 ? (b >>> 16) | 0x40 : (b + 0x7fff + ((b >>> 16) & 1)) >>> 16;
  }
  return out;
}

/** The fp16 patterns of `values`, rounded to nearest, ties to even; too large becomes infinity. */
export function toFloat16(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    scratch[0] = values[i] as number;
    const bits = scratchBits[0] as number;
    const sign = (bits >>> 16) & 0x8000;
    const magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) out[i] = sign | 0x7e00;
    else if (magnitude >= 0x477ff000) out[i] = sign | 0x7c00;
    else if (magnitude < 0x38800000) {
      // Subnormal in fp16: adding 0.5 lines the fraction up with fp32's last bits, rounded by the addition itself.
      scratchBits[0] = magnitude;
      scratch[0] = (scratch[0] as number) + 0.5;
      out[i] = sign | ((scratchBits[0] as number) - 0x3f000000);
    } else out[i] = sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  }
  return out;
}
