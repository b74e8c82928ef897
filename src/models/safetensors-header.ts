// Reads and checks the header of a safetensors file; nothing in it is trusted.
// Format: 8 bytes little-endian header length, JSON header, tensor data (huggingface/safetensors).
import { parseJson } from "../base/json";
import { readFully } from "../base/read-fully";
import { DTYPE_BYTES, type Dtype, isDtype } from "./safetensors-dtypes";

/** A file of weights that is damaged, hostile or not what its index says. */
export class SafetensorsError extends Error {
  override name = "SafetensorsError";
}

export interface HeaderEntry {
  dtype: Dtype;
  shape: number[];
  /** First byte of the data, counted from the start of the file. */
  begin: number;
  byteLength: number;
}

export interface Header {
  tensors: Map<string, HeaderEntry>;
  metadata: Record<string, string>;
}

/** The reference implementation refuses longer headers too. */
const LONGEST_HEADER = 100_000_000;

/** Parses strict JSON in UTF-8 without a name that stands twice in one object. */
export function parseJsonBytes(bytes: Uint8Array, file: string): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SafetensorsError(`${file}: expected JSON in UTF-8, found bytes that are not UTF-8`);
  }
  try {
    return parseJson(text);
  } catch (error) {
    throw new SafetensorsError(`${file}: expected JSON, found: ${(error as Error).message}`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function readEntry(place: string, value: unknown, dataStart: number, dataLength: number): HeaderEntry {
  if (!isRecord(value)) throw new SafetensorsError(`${place}: expected dtype, shape and data_offsets`);
  const { dtype, shape, data_offsets: offsets } = value;
  for (const key of Object.keys(value)) {
    if (key !== "dtype" && key !== "shape" && key !== "data_offsets") {
      throw new SafetensorsError(`${place}: unknown header field "${key}"`);
    }
  }
  if (!isDtype(dtype)) {
    throw new SafetensorsError(
      `${place}: expected a dtype of ${Object.keys(DTYPE_BYTES).join(", ")}, found ${dtype}`,
    );
  }
  if (!Array.isArray(shape) || shape.length > 16 || !shape.every(isCount)) {
    throw new SafetensorsError(
      `${place}: expected a shape of at most 16 sizes, found ${JSON.stringify(shape)}`,
    );
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw new SafetensorsError(
      `${place}: expected data_offsets [begin, end], found ${JSON.stringify(offsets)}`,
    );
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > dataLength) {
    throw new SafetensorsError(
      `${place}: bytes ${begin} to ${end} lie outside the ${dataLength} bytes of data`,
    );
  }
  let size: number = DTYPE_BYTES[dtype];
  for (const dimension of shape as number[]) {
    size *= dimension;
    if (!Number.isSafeInteger(size))
      throw new SafetensorsError(`${place}: the shape [${shape.join(", ")}] is too large`);
  }
  if (size !== end - begin) {
    throw new SafetensorsError(
      `${place}: ${dtype} [${shape.join(", ")}] takes ${size} bytes, the header gives it ${end - begin}`,
    );
  }
  return { dtype, shape: shape as number[], begin: dataStart + begin, byteLength: size };
}

/** Reads the header of an open file of `size` bytes and checks that its tensors tile the data exactly; `file` is for errors. */
export function readHeader(fd: number, file: string, size: number): Header {
  if (size < 8) throw new SafetensorsError(`${file}: expected a safetensors file, found ${size} bytes`);
  const start = new Uint8Array(8);
  readFully(fd, file, start, 0, SafetensorsError);
  const length = new DataView(start.buffer).getBigUint64(0, true);
  if (length > BigInt(LONGEST_HEADER) || length > BigInt(size - 8)) {
    throw new SafetensorsError(
      `${file}: its header claims ${length} bytes; the file has ${size}, and at most ${LONGEST_HEADER} are allowed`,
    );
  }
  const bytes = new Uint8Array(Number(length));
  readFully(fd, file, bytes, 8, SafetensorsError);
  if (bytes[0] !== 0x7b) throw new SafetensorsError(`${file}: expected a header that starts with "{"`);
  const parsed = parseJsonBytes(bytes, `${file} (header)`) as Record<string, unknown>;
  const dataStart = 8 + Number(length);
  const dataLength = size - dataStart;
  const tensors = new Map<string, HeaderEntry>();
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (name !== "__metadata__") {
      tensors.set(name, readEntry(`${file}, tensor "${name}"`, value, dataStart, dataLength));
      continue;
    }
    if (!isRecord(value)) throw new SafetensorsError(`${file}: expected __metadata__ to be an object`);
    for (const [key, text] of Object.entries(value)) {
      if (typeof text !== "string")
        throw new SafetensorsError(`${file}: __metadata__ "${key}" is not a text`);
      metadata[key] = text;
    }
  }
  let covered = dataStart;
  const inOrder = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.byteLength - b.byteLength);
  for (const [name, entry] of inOrder) {
    if (entry.begin !== covered) {
      const what = entry.begin < covered ? "overlaps the tensor before it" : "leaves a gap before it";
      throw new SafetensorsError(
        `${file}, tensor "${name}": ${what} (byte ${entry.begin}, expected ${covered})`,
      );
    }
    covered = entry.begin + entry.byteLength;
  }
  if (covered !== size) throw new SafetensorsError(`${file}: ${size - covered} bytes after the last tensor`);
  return { tensors, metadata };
}
