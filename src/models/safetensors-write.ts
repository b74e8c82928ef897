// Writes safetensors files that transformers loads unchanged, atomically.
import { replaceFile, writeFully } from "../base/atomic-write";
import { DTYPE_BYTES, type Dtype, toBfloat16, toFloat16 } from "./safetensors-dtypes";
import { SafetensorsError } from "./safetensors-header";

export interface NewTensor {
  name: string;
  dtype: Dtype;
  shape: number[];
  /** Values in fp32, or the bytes as stored; a function is called when its turn to be written comes. */
  data: Float32Array | Uint8Array | (() => Float32Array | Uint8Array);
}

function storedBytes(file: string, tensor: NewTensor, byteLength: number): Uint8Array {
  const data = typeof tensor.data === "function" ? tensor.data() : tensor.data;
  let stored: Float32Array | Uint16Array | Uint8Array = data;
  if (data instanceof Float32Array) {
    if (tensor.dtype === "BF16") stored = toBfloat16(data);
    else if (tensor.dtype === "F16") stored = toFloat16(data);
    else if (tensor.dtype !== "F32") {
      throw new SafetensorsError(
        `${file}, tensor "${tensor.name}": fp32 values cannot be written as ${tensor.dtype}`,
      );
    }
  }
  if (stored.byteLength !== byteLength) {
    throw new SafetensorsError(
      `${file}, tensor "${tensor.name}": ${tensor.dtype} [${tensor.shape.join(", ")}] takes ${byteLength} bytes, found ${stored.byteLength}`,
    );
  }
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

/**
 * Writes tensors to a safetensors file that transformers loads, atomically: complete or not at all.
 * fp32 values are rounded to nearest even where `dtype` is BF16 or F16.
 */
export function writeSafetensors(
  file: string,
  tensors: NewTensor[],
  metadata: Record<string, string> = {},
): void {
  // Wider elements first keeps every tensor aligned, as the reference implementation does.
  const inOrder = [...tensors].sort(
    (a, b) => DTYPE_BYTES[b.dtype] - DTYPE_BYTES[a.dtype] || (a.name < b.name ? -1 : 1),
  );
  const header: [string, unknown][] = [["__metadata__", { format: "pt", ...metadata }]];
  const lengths: number[] = [];
  let end = 0;
  for (const [i, { name, dtype, shape }] of inOrder.entries()) {
    if (name === "__metadata__" || inOrder[i + 1]?.name === name) {
      throw new SafetensorsError(`${file}: two tensors are named "${name}"`);
    }
    const length = shape.reduce((size, dimension) => size * dimension, DTYPE_BYTES[dtype]);
    header.push([name, { dtype, shape, data_offsets: [end, end + length] }]);
    lengths.push(length);
    end += length;
  }
  const text = Buffer.from(JSON.stringify(Object.fromEntries(header)), "utf8");
  const padded = Buffer.alloc(Math.ceil(text.length / 8) * 8, " ");
  text.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  replaceFile(file, (fd) => {
    writeFully(fd, file, length);
    writeFully(fd, file, padded);
    for (const [i, tensor] of inOrder.entries())
      writeFully(fd, file, storedBytes(file, tensor, lengths[i] as number));
  });
}
