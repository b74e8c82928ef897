// The metadata values of a GGUF file: thirteen types, lists of one type, lists of lists.
import type { Cursor } from "./cursor";

/** A 64-bit number beyond 2^53 stays a bigint. */
export type Value = number | bigint | boolean | string | Value[];

interface ValueType {
  name: string;
  /** Bytes that a value takes at least. */
  bytes: number;
  read(cursor: Cursor, what: string, depth: number): Value;
  /** The value at a byte, for types of a fixed size: lists of them are read at once. */
  at?(bytes: Buffer, place: number): Value;
}

/** Deeper lists are written by nobody; each level is a call on the stack. */
const DEEPEST = 4;
/** No vocabulary is larger by far. */
const LONGEST_LIST = 2 ** 24;

const safe = (value: bigint): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value;
const fixed = (name: string, bytes: number, at: (bytes: Buffer, place: number) => Value): ValueType => ({
  name,
  bytes,
  read: (cursor, what) => at(cursor.bytes(bytes, what), 0),
  at,
});

/** By number, as the specification lists them. */
const TYPES: readonly ValueType[] = [
  fixed("uint8", 1, (b, i) => b.readUInt8(i)),
  fixed("int8", 1, (b, i) => b.readInt8(i)),
  fixed("uint16", 2, (b, i) => b.readUInt16LE(i)),
  fixed("int16", 2, (b, i) => b.readInt16LE(i)),
  fixed("uint32", 4, (b, i) => b.readUInt32LE(i)),
  fixed("int32", 4, (b, i) => b.readInt32LE(i)),
  fixed("float32", 4, (b, i) => b.readFloatLE(i)),
  {
    name: "bool",
    bytes: 1,
    read(cursor, what) {
      const at = cursor.position;
      const byte = cursor.bytes(1, what)[0]!;
      if (byte > 1) cursor.fail(`${what} to be 0 or 1`, byte, at);
      return byte === 1;
    },
  },
  { name: "string", bytes: 8, read: (cursor, what) => cursor.text(what) },
  {
    name: "array",
    bytes: 12,
    read(cursor, what, depth) {
      if (depth === DEEPEST) cursor.fail(`${what} with lists at most ${DEEPEST} deep`, "a deeper one");
      const type = valueType(cursor, `the type of ${what}'s elements`);
      const count = cursor.count(`a number of elements of ${what}`, type.bytes);
      if (count > LONGEST_LIST) cursor.fail(`at most ${LONGEST_LIST} elements of ${what}`, count);
      const { at, bytes: size } = type;
      if (at) {
        const bytes = cursor.bytes(count * size, what);
        return Array.from({ length: count }, (_, i) => at(bytes, i * size));
      }
      const values: Value[] = [];
      for (let i = 0; i < count; i++) values.push(type.read(cursor, what, depth + 1));
      return values;
    },
  },
  fixed("uint64", 8, (b, i) => safe(b.readBigUInt64LE(i))),
  fixed("int64", 8, (b, i) => safe(b.readBigInt64LE(i))),
  fixed("float64", 8, (b, i) => b.readDoubleLE(i)),
];

/** Bytes that a key with its value takes at least: two lengths or numbers, and one byte. */
export const SMALLEST_ENTRY = 8 + 4 + 1;

function valueType(cursor: Cursor, what: string): ValueType {
  const at = cursor.position;
  const number = cursor.uint32(what);
  return TYPES[number] ?? cursor.fail(`${what} to be from 0 to ${TYPES.length - 1}`, number, at);
}

/** Reads a value with the type before it; `key` is for errors. */
export function readValue(cursor: Cursor, key: string): Value {
  return valueType(cursor, `the type of ${key}`).read(cursor, key, 0);
}
