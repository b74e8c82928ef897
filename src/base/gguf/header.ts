// The header of one GGUF file: version, metadata, and where each tensor lies. Nothing in it is trusted.
// Format: docs/gguf.md of ggml-org/ggml; where that leaves room, what llama.cpp's reader refuses is refused here.
import { Cursor } from "./cursor";
import { describeType, TENSOR_TYPES, type TensorType, typeOfNumber } from "./tensor-types";
import { readValue, SMALLEST_ENTRY, type Value } from "./values";

export interface TensorEntry {
  type: TensorType;
  /** Row-major, the outer dimension first: the file stores it the other way round. */
  shape: number[];
  /** First byte of the data, counted from the start of the file. */
  begin: number;
  byteLength: number;
}

export interface GgufHeader {
  version: number;
  metadata: Map<string, Value>;
  tensors: Map<string, TensorEntry>;
}

export const MAGIC = "GGUF";
const LONGEST_KEY = 65_535;
/** ggml keeps a name in 64 bytes, the last one zero. */
const LONGEST_NAME = 63;
const MOST_DIMENSIONS = 4;
/** Name's length, number of dimensions, type and offset. */
const SMALLEST_TENSOR = 8 + 4 + 4 + 8;
export const DEFAULT_ALIGNMENT = 32;
const LARGEST_ALIGNMENT = 2 ** 20;

function readVersion(cursor: Cursor): number {
  const magic = cursor.bytes(4, `"${MAGIC}"`).toString("latin1");
  if (magic !== MAGIC) cursor.fail(`a GGUF file, which begins with "${MAGIC}"`, JSON.stringify(magic), 0);
  const version = cursor.uint32("a version");
  if (version === 2 || version === 3) return version;
  // A number whose low half is empty was written the other way round.
  const found =
    version !== 0 && (version & 0xffff) === 0
      ? "a big-endian file: convert it with gguf-py's gguf_convert_endian.py"
      : `${version}: convert the model anew with llama.cpp's convert_hf_to_gguf.py`;
  return cursor.fail("version 2 or 3, little-endian", found, 4);
}

function readMetadata(cursor: Cursor, count: number): Map<string, Value> {
  const metadata = new Map<string, Value>();
  for (let i = 0; i < count; i++) {
    const at = cursor.position;
    const key = cursor.text(`the key of metadata entry ${i}`, LONGEST_KEY);
    if (metadata.has(key)) cursor.fail("each metadata key once", `${JSON.stringify(key)} twice`, at);
    metadata.set(key, readValue(cursor, JSON.stringify(key)));
  }
  return metadata;
}

function alignmentOf(cursor: Cursor, metadata: Map<string, Value>): number {
  const alignment = metadata.get("general.alignment") ?? DEFAULT_ALIGNMENT;
  const good =
    typeof alignment === "number" &&
    alignment >= 8 &&
    alignment <= LARGEST_ALIGNMENT &&
    Number.isInteger(Math.log2(alignment));
  if (!good) {
    cursor.fail(`"general.alignment" to be a power of two from 8 to ${LARGEST_ALIGNMENT}`, alignment);
  }
  return alignment as number;
}

/** A tensor's entry, its offset still counted from the start of the data. */
function readTensor(cursor: Cursor, place: string): TensorEntry {
  const at = cursor.position;
  const dimensions = cursor.uint32(`${place}: a number of dimensions`);
  if (dimensions > MOST_DIMENSIONS) {
    cursor.fail(`${place}: at most ${MOST_DIMENSIONS} dimensions`, dimensions, at);
  }
  const shape: number[] = [];
  let values = 1;
  for (let i = 0; i < dimensions; i++) {
    const place64 = cursor.position;
    const size = cursor.uint64(`${place}: a dimension`);
    values *= size;
    if (size < 1 || !Number.isSafeInteger(values)) {
      cursor.fail(`${place}: dimensions above 0 and a product below 2^53`, `[${[size, ...shape]}]`, place64);
    }
    shape.unshift(size);
  }
  const typeAt = cursor.position;
  const number = cursor.uint32(`${place}: a type`);
  const type =
    typeOfNumber(number) ??
    cursor.fail(
      `${place}: a type of ${TENSOR_TYPES.map(({ name }) => name).join(", ")}`,
      describeType(number),
      typeAt,
    );
  const columns = shape[shape.length - 1] ?? 1;
  if (columns % type.values !== 0) {
    cursor.fail(`${place}: ${type.name} rows of a multiple of ${type.values}`, `${columns} columns`, at);
  }
  const byteLength = (values / type.values) * type.bytes;
  const begin = cursor.uint64(`${place}: an offset`);
  return { type, shape, begin, byteLength };
}

/** The next multiple of `alignment` from `position` on. */
export const padded = (position: number, alignment: number): number =>
  Math.ceil(position / alignment) * alignment;

/** Throws unless the tensors, in the order of their places, fill the data with nothing but padding between them. */
function checkLayout(cursor: Cursor, tensors: Map<string, TensorEntry>, alignment: number): void {
  let end = cursor.position;
  for (const [name, { begin, byteLength }] of [...tensors].sort(([, a], [, b]) => a.begin - b.begin)) {
    const place = `tensor ${JSON.stringify(name)}`;
    const next = padded(end, alignment);
    if (begin !== next) {
      const why =
        begin < end ? "inside the tensor before it" : `${begin - end} bytes after what comes before it`;
      cursor.fail(`${place} at byte ${next}, aligned to ${alignment}`, `it at byte ${begin}, ${why}`);
    }
    end = begin + byteLength;
    if (end > cursor.size) {
      cursor.fail(`${place} to end within the ${cursor.size} bytes of the file`, `its end at byte ${end}`);
    }
  }
  if (cursor.size > padded(end, alignment)) {
    cursor.fail(`the file to end after its last tensor at byte ${end}`, `${cursor.size - end} bytes more`);
  }
}

/** Reads the header of an open file of `size` bytes and checks where its tensors lie; `file` is for errors. Throws GgufError. */
export function readGgufHeader(fd: number, file: string, size: number): GgufHeader {
  const cursor = new Cursor(fd, file, size);
  const version = readVersion(cursor);
  const tensorCount = cursor.count("a number of tensors", SMALLEST_TENSOR);
  const entryCount = cursor.count("a number of metadata entries", SMALLEST_ENTRY);
  const metadata = readMetadata(cursor, entryCount);
  const alignment = alignmentOf(cursor, metadata);
  const tensors = new Map<string, TensorEntry>();
  for (let i = 0; i < tensorCount; i++) {
    const at = cursor.position;
    const name = cursor.text(`the name of tensor ${i}`, LONGEST_NAME);
    if (tensors.has(name)) cursor.fail("each tensor once", `${JSON.stringify(name)} twice`, at);
    tensors.set(name, readTensor(cursor, `tensor ${JSON.stringify(name)}`));
  }
  const dataStart = padded(cursor.position, alignment);
  for (const entry of tensors.values()) entry.begin += dataStart;
  checkLayout(cursor, tensors, alignment);
  return { version, metadata, tensors };
}
