// Writes GGUF files, version 3, little-endian, atomically.
import { replaceFile, writeFully } from "../atomic-write";
import { GgufError } from "./cursor";
import { DEFAULT_ALIGNMENT, MAGIC, padded } from "./header";
import { type TensorTypeName, typeOfName } from "./tensor-types";

/** A metadata value with the type it is stored in. */
export type NewValue =
  | { uint32: number }
  | { int32: number }
  | { float32: number }
  | { bool: boolean }
  | { string: string }
  | { list: NewValue[] };

export interface NewGgufTensor {
  name: string;
  type: TensorTypeName;
  /** Row-major, the outer dimension first. */
  shape: number[];
  /** The stored bytes; a function is called when its turn to be written comes, and gives them piece by piece. */
  data: Uint8Array | (() => Iterable<Uint8Array>);
}

const number = (bytes: number, write: (to: Buffer) => void): Buffer => {
  const to = Buffer.alloc(bytes);
  write(to);
  return to;
};
const uint32 = (value: number) => number(4, (to) => to.writeUInt32LE(value));
const uint64 = (value: number) => number(8, (to) => to.writeBigUInt64LE(BigInt(value)));
const text = (value: string): Buffer => {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([uint64(bytes.length), bytes]);
};

/** The number of a value's type and its bytes. */
function encode(value: NewValue): [number, Buffer] {
  if ("uint32" in value) return [4, uint32(value.uint32)];
  if ("int32" in value) return [5, number(4, (to) => to.writeInt32LE(value.int32))];
  if ("float32" in value) return [6, number(4, (to) => to.writeFloatLE(value.float32))];
  if ("bool" in value) return [7, Buffer.of(value.bool ? 1 : 0)];
  if ("string" in value) return [8, text(value.string)];
  const elements = value.list.map(encode);
  const [type = 4] = elements[0] ?? [];
  return [9, Buffer.concat([uint32(type), uint64(elements.length), ...elements.map(([, bytes]) => bytes)])];
}

/** The bytes that a tensor takes. */
const lengthOf = ({ type, shape }: NewGgufTensor): number => {
  const { values, bytes } = typeOfName(type);
  return (shape.reduce((size, dimension) => size * dimension, 1) / values) * bytes;
};

/**
 * Writes metadata and tensors in their order, complete or not at all; lists hold values of one type. Throws GgufError
 * where a tensor's bytes are not as many as its shape takes.
 */
export function writeGguf(file: string, metadata: Record<string, NewValue>, tensors: NewGgufTensor[]): void {
  const entries = Object.entries(metadata).map(([key, value]) => {
    const [type, bytes] = encode(value);
    return Buffer.concat([text(key), uint32(type), bytes]);
  });
  let offset = 0;
  const places = tensors.map((tensor) => {
    const sizes = [...tensor.shape].reverse().map(uint64);
    const { number: type } = typeOfName(tensor.type);
    const place = [text(tensor.name), uint32(sizes.length), ...sizes, uint32(type), uint64(offset)];
    offset += padded(lengthOf(tensor), DEFAULT_ALIGNMENT);
    return Buffer.concat(place);
  });
  const counts = [uint32(3), uint64(tensors.length), uint64(entries.length)];
  const header = Buffer.concat([Buffer.from(MAGIC, "latin1"), ...counts, ...entries, ...places]);
  replaceFile(file, (fd) => {
    /** Returns the bytes without the padding after them. */
    const write = (pieces: Iterable<Uint8Array>): number => {
      let written = 0;
      for (const piece of pieces) {
        writeFully(fd, file, piece);
        written += piece.length;
      }
      writeFully(fd, file, Buffer.alloc(padded(written, DEFAULT_ALIGNMENT) - written));
      return written;
    };
    write([header]);
    for (const tensor of tensors) {
      const written = write(typeof tensor.data === "function" ? tensor.data() : [tensor.data]);
      const length = lengthOf(tensor);
      if (written !== length) {
        throw new GgufError(
          `${file}, tensor "${tensor.name}": ${tensor.type} [${tensor.shape.join(", ")}] takes ${length} bytes, found ${written}`,
        );
      }
    }
  });
}
