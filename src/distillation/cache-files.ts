// The files of a logit cache: header.json, and shards of rows, each row framed with its length and checksum.
// Frame: "ROW1", CRC-32 of the rest, bytes of id, tokens, bytes of payload (uint32 each, little-endian), id, payload.
import * as fs from "node:fs";
import * as path from "node:path";
import { crc32 } from "../base/crc32";

/** A logit cache that is damaged, hostile or not what this program reads. */
export class CacheError extends Error {
  override name = "CacheError";
}

const MAGIC = 0x31574f52;
const FRAME = 20;

/** One stored row: where its payload lies. */
export interface RowPlace {
  shard: string;
  /** Where the frame begins, bytes from the start of the shard. */
  offset: number;
  idBytes: number;
  payloadBytes: number;
  tokens: number;
}

/** The bytes of one framed row. */
export function frameRow(id: string, tokens: number, payload: Uint8Array): Buffer {
  const name = Buffer.from(id, "utf8");
  const frame = Buffer.alloc(FRAME + name.length + payload.length);
  frame.writeUInt32LE(MAGIC, 0);
  frame.writeUInt32LE(name.length, 8);
  frame.writeUInt32LE(tokens, 12);
  frame.writeUInt32LE(payload.length, 16);
  frame.set(name, FRAME);
  frame.set(payload, FRAME + name.length);
  frame.writeUInt32LE(crc32(frame.subarray(8)), 4);
  return frame;
}

/** Shards of a cache, in order. */
export function shardFiles(directory: string): string[] {
  return fs
    .readdirSync(directory)
    .filter((name) => /^rows-\d{5}\.bin$/.test(name))
    .sort()
    .map((name) => path.join(directory, name));
}

/** The name of shard `number`. */
export const shardFile = (directory: string, number: number): string =>
  path.join(directory, `rows-${String(number).padStart(5, "0")}.bin`);

/**
 * Lists a shard's rows in order and how many bytes they take. A row that the file's end cuts off is one whose writing
 * was interrupted: in the last shard that is normal, elsewhere it throws, as does a row whose checksum is wrong.
 */
export function scanShard(
  shard: string,
  last: boolean,
): { rows: { id: string; place: RowPlace }[]; bytes: number } {
  const rows: { id: string; place: RowPlace }[] = [];
  const handle = fs.openSync(shard, "r");
  try {
    const size = fs.fstatSync(handle).size;
    let offset = 0;
    while (offset < size) {
      const frame = readFrame(shard, handle, offset, size);
      if (!frame) break;
      const { id, idBytes, tokens, payloadBytes } = frame;
      rows.push({ id, place: { shard, offset, idBytes, payloadBytes, tokens } });
      offset += FRAME + idBytes + payloadBytes;
    }
    if (offset < size && !last) throw damaged(shard, offset);
    return { rows, bytes: offset };
  } finally {
    fs.closeSync(handle);
  }
}

/** A row's payload from its open shard, checked again: the file may have changed since it was listed. */
export function readPayload(handle: number, place: RowPlace): Uint8Array {
  const frame = readFrame(place.shard, handle, place.offset, fs.fstatSync(handle).size);
  if (!frame || frame.payloadBytes !== place.payloadBytes) throw damaged(place.shard, place.offset);
  return frame.payload;
}

/** The frame at `offset`, or undefined when the file ends before it does. */
function readFrame(shard: string, handle: number, offset: number, size: number) {
  const head = Buffer.alloc(FRAME);
  if (offset + FRAME > size || fs.readSync(handle, head, 0, FRAME, offset) < FRAME) return undefined;
  const idBytes = head.readUInt32LE(8);
  const payloadBytes = head.readUInt32LE(16);
  if (head.readUInt32LE(0) !== MAGIC) throw damaged(shard, offset);
  if (offset + FRAME + idBytes + payloadBytes > size) return undefined;
  const whole = Buffer.alloc(FRAME + idBytes + payloadBytes);
  if (fs.readSync(handle, whole, 0, whole.length, offset) < whole.length) return undefined;
  if (crc32(whole.subarray(8)) !== head.readUInt32LE(4)) throw damaged(shard, offset);
  return {
    id: whole.toString("utf8", FRAME, FRAME + idBytes),
    idBytes,
    tokens: head.readUInt32LE(12),
    payloadBytes,
    payload: new Uint8Array(whole.subarray(FRAME + idBytes)),
  };
}

const damaged = (shard: string, offset: number) =>
  new CacheError(
    `${shard}: byte ${offset} does not begin a whole row (length or checksum wrong). The file was damaged; delete it and capture again.`,
  );
