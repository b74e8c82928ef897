// A self-describing store of teacher logits: a header that says what they were made of, rows found by item id.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomic, writeFully, writeJson } from "../base/atomic-write";
import { type Lock, takeLock } from "../base/lock";
import { makeFolder, writeError } from "../base/write-error";
import {
  CacheError,
  frameRow,
  type RowPlace,
  readPayload,
  scanShard,
  shardFile,
  shardFiles,
} from "./cache-files";
import { type CachedRow, decodeRow, encodeRow, type RowShape, TEMPERATURES } from "./cache-row";
import { TokenPrior } from "./token-prior";

export type { CachedRow } from "./cache-row";

/** What the logits were made of; every field must agree before they are used. */
export interface CacheHeader {
  /** Over the items' own summaries, or over what the teacher itself wrote. */
  source: "gold" | "generated";
  vocabSize: number;
  topK: number;
  /** Tail tokens drawn per position; absent: none. */
  samples?: number;
  tokenizerHash: string;
  templateHash: string;
  teacherHash: string;
  /** Absent for a teacher without an adapter, or when teacherHash covers it. */
  adapterHash?: string;
  dataHash: string;
  settingsHash: string;
  /** Of prior.f32 beside the header; absent: ids are coded as they are. */
  priorHash?: string;
}

/** Raised whenever the bytes of a row change their meaning. */
const FORMAT = 2;
const MAX_SHARD_BYTES = 256 * 2 ** 20;
/** Ids are stored in 20 bits. */
const MAX_VOCABULARY = 2 ** 20;
const EXPECTED: Record<string, string> = {
  source: '"gold" or "generated"',
  vocabSize: `a whole number from 1 to ${MAX_VOCABULARY}`,
  topK: "a whole number from 1 to 1023",
  samples: "a whole number from 0 to 1023, or nothing",
};

/** Thrown when a cache is not what the caller expects. */
export class CacheMismatchError extends CacheError {
  override name = "CacheMismatchError";
}

/** Sizes of a cache's rows. */
export const rowShape = ({ topK, samples = 0 }: Pick<CacheHeader, "topK" | "samples">): RowShape => ({
  topK,
  samples,
});

const headerFile = (directory: string) => path.join(directory, "header.json");
const priorFile = (directory: string) => path.join(directory, "prior.f32");

/** What a header's fields must be: a wrong one would be trusted with the sizes of all rows. */
const FIELDS: Record<keyof CacheHeader, (value: unknown) => boolean> = {
  source: (value) => value === "gold" || value === "generated",
  vocabSize: (value) => isCount(value, 1, MAX_VOCABULARY),
  topK: (value) => isCount(value, 1, 1023),
  samples: (value) => value === undefined || isCount(value, 0, 1023),
  tokenizerHash: isText,
  templateHash: isText,
  teacherHash: isText,
  adapterHash: (value) => value === undefined || isText(value),
  dataHash: isText,
  settingsHash: isText,
  priorHash: (value) => value === undefined || isText(value),
};

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isCount(value: unknown, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

function readHeader(directory: string): CacheHeader {
  const file = headerFile(directory);
  if (!fs.existsSync(file)) {
    throw new CacheError(
      `${directory}: no header.json, so this is no logit cache. Capture the logits first.`,
    );
  }
  let read: Record<string, unknown>;
  try {
    read = JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, unknown>;
  } catch (error) {
    throw new CacheError(
      `${file}: expected JSON, found: ${(error as Error).message}. Capture the logits again.`,
    );
  }
  if (typeof read !== "object" || read === null || Array.isArray(read)) {
    throw new CacheError(`${file}: expected a JSON object. Capture the logits again.`);
  }
  const { formatVersion, temperatures, ...header } = read;
  if (formatVersion !== FORMAT) {
    throw new CacheMismatchError(
      `${file}: formatVersion: the cache has ${JSON.stringify(formatVersion)}, this program reads ${FORMAT}. Capture the logits again.`,
    );
  }
  for (const [field, isGood] of Object.entries(FIELDS)) {
    if (!isGood(header[field])) {
      throw new CacheError(
        `${file}: ${field}: expected ${EXPECTED[field] ?? "a text"}, found ${JSON.stringify(header[field]) ?? "nothing"}. Capture the logits again.`,
      );
    }
  }
  return header as unknown as CacheHeader;
}

function checkHeader(directory: string, found: CacheHeader, expected: Partial<CacheHeader>): void {
  for (const field of Object.keys(expected) as (keyof CacheHeader)[]) {
    if (expected[field] !== undefined && expected[field] !== found[field]) {
      throw new CacheMismatchError(
        `${headerFile(directory)}: ${field}: the cache has ${JSON.stringify(found[field])}, this run needs ${JSON.stringify(expected[field])}. Use the matching cache or capture again in another folder.`,
      );
    }
  }
}

/** The prior that the header names. Throws when it is another one or damaged. */
function readPrior(directory: string, { priorHash, vocabSize }: CacheHeader): TokenPrior | undefined {
  if (priorHash === undefined) return undefined;
  const file = priorFile(directory);
  const bytes = fs.existsSync(file) ? fs.readFileSync(file) : undefined;
  if (bytes?.length !== 4 * vocabSize) {
    throw new CacheError(
      `${file}: expected ${4 * vocabSize} bytes, found ${bytes?.length ?? "no file"}. Capture the logits again.`,
    );
  }
  const prior = TokenPrior.fromBytes(bytes);
  if (prior.hash !== priorHash) {
    throw new CacheMismatchError(
      `${file}: the header names the prior ${priorHash}, the file has ${prior.hash}. Capture the logits again.`,
    );
  }
  return prior;
}

/** Appends rows. One process at a time; a row is complete or, after a kill, dropped by the next `open`. */
export class LogitCacheWriter {
  private readonly known = new Set<string>();
  private shard = 0;
  private handle: number | undefined;
  private bytes = 0;

  private constructor(
    readonly directory: string,
    readonly header: CacheHeader,
    private readonly lock: Lock,
    private readonly prior: TokenPrior | undefined,
  ) {}

  /** Opens a cache to go on with it, or begins one. Throws CacheMismatchError when it was made of other things. */
  static open(directory: string, made: CacheHeader, ownPrior?: TokenPrior): LogitCacheWriter {
    const header = ownPrior ? { ...made, priorHash: ownPrior.hash } : made;
    if (!(header.topK >= 1 && header.topK < Math.min(header.vocabSize, 1024))) {
      throw new Error(
        `topK must be from 1 to 1023 and below the vocabulary of ${header.vocabSize}, found ${header.topK}.`,
      );
    }
    makeFolder(directory);
    const lock = takeLock(path.join(directory, "writer.lock"), directory, true);
    try {
      if (fs.existsSync(headerFile(directory))) checkHeader(directory, readHeader(directory), header);
      else {
        if (ownPrior) writeFileAtomic(priorFile(directory), ownPrior.bytes());
        writeJson(headerFile(directory), { formatVersion: FORMAT, temperatures: TEMPERATURES, ...header });
      }
      const stored = readHeader(directory);
      const writer = new LogitCacheWriter(directory, stored, lock, readPrior(directory, stored));
      const shards = shardFiles(directory);
      for (const [i, file] of shards.entries()) {
        const last = i === shards.length - 1;
        const { rows, bytes } = scanShard(file, last);
        for (const { id } of rows) writer.known.add(id);
        if (!last) continue;
        fs.truncateSync(file, bytes);
        writer.shard = Number(/(\d{5})\.bin$/.exec(file)![1]);
        writer.bytes = bytes;
      }
      return writer;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Whether the item's row is stored. */
  has(id: string): boolean {
    return this.known.has(id);
  }

  /** Stores one item's row; throws when it is there already or has the wrong shape. */
  append(id: string, row: CachedRow): void {
    const { topK } = this.header;
    if (this.known.has(id)) throw new Error(`${this.directory}: item ${id} is stored already.`);
    const tokens = row.targetIds.length;
    if (row.topIds.length !== tokens * topK) {
      throw new Error(
        `${this.directory}: item ${id}: expected ${tokens} x ${topK} top tokens, found ${row.topIds.length}.`,
      );
    }
    this.store(id, tokens, encodeRow(row, rowShape(this.header), this.prior));
  }

  /** Stores one item's row as its bytes stand in another cache of the same header. */
  copy(id: string, from: LogitCache): void {
    checkHeader(from.directory, from.header, this.header);
    if (this.known.has(id)) throw new Error(`${this.directory}: item ${id} is stored already.`);
    const { tokens, payload } = from.stored(id);
    this.store(id, tokens, payload);
  }

  private store(id: string, tokens: number, payload: Uint8Array): void {
    const frame = frameRow(id, tokens, payload);
    if (this.bytes > 0 && this.bytes + frame.length > MAX_SHARD_BYTES) {
      this.finishShard();
      this.shard++;
      this.bytes = 0;
    }
    const file = shardFile(this.directory, this.shard);
    try {
      this.handle ??= fs.openSync(file, "a");
    } catch (error) {
      throw writeError(file, error);
    }
    try {
      writeFully(this.handle, file, frame);
    } catch (error) {
      // A full disk takes the beginning of a row: what follows later must not stand behind it.
      fs.ftruncateSync(this.handle, this.bytes);
      throw error;
    }
    this.bytes += frame.length;
    this.known.add(id);
  }

  /** Flushes to the disk and lets another writer in. */
  close(): void {
    this.finishShard();
    this.lock.release();
  }

  private finishShard(): void {
    if (this.handle === undefined) return;
    try {
      fs.fsyncSync(this.handle);
    } catch (error) {
      throw writeError(shardFile(this.directory, this.shard), error);
    }
    fs.closeSync(this.handle);
    this.handle = undefined;
  }
}

/** Reads rows by item id; any number of processes may, also while one writes. */
export class LogitCache {
  private readonly handles = new Map<string, number>();

  private constructor(
    readonly directory: string,
    readonly header: CacheHeader,
    private readonly places: ReadonlyMap<string, RowPlace>,
    /** What all rows share, when the cache was captured with it. */
    readonly prior: TokenPrior | undefined,
  ) {}

  /** Opens a cache. Throws CacheMismatchError naming the first field that differs and both values. */
  static open(directory: string, expected: Partial<CacheHeader> = {}): LogitCache {
    const header = readHeader(directory);
    checkHeader(directory, header, expected);
    const places = new Map<string, RowPlace>();
    const shards = shardFiles(directory);
    for (const [i, file] of shards.entries()) {
      for (const { id, place } of scanShard(file, i === shards.length - 1).rows) places.set(id, place);
    }
    return new LogitCache(directory, header, places, readPrior(directory, header));
  }

  ids(): string[] {
    return [...this.places.keys()];
  }

  has(id: string): boolean {
    return this.places.has(id);
  }

  /** Throws when the item is not there or its bytes are damaged. */
  row(id: string): CachedRow {
    const { tokens, payload } = this.stored(id);
    try {
      return decodeRow(payload, tokens, rowShape(this.header), this.header.vocabSize, this.prior);
    } catch (error) {
      const { shard, offset } = this.places.get(id) as RowPlace;
      throw new CacheError(
        `${shard}: item ${id}, the row at byte ${offset}: ${(error as Error).message}. The file was damaged; delete it and capture again.`,
      );
    }
  }

  /** A row's bytes as they are stored. Throws as `row` does. */
  stored(id: string): { tokens: number; payload: Uint8Array } {
    const place = this.places.get(id);
    if (!place) {
      throw new CacheError(
        `${this.directory}: no logits for item ${id}; it holds ${this.places.size} items. Capture them with the same data.`,
      );
    }
    let handle = this.handles.get(place.shard);
    if (handle === undefined) {
      handle = fs.openSync(place.shard, "r");
      this.handles.set(place.shard, handle);
    }
    return { tokens: place.tokens, payload: readPayload(handle, place) };
  }

  /** Target tokens stored. */
  get tokens(): number {
    return [...this.places.values()].reduce((sum, place) => sum + place.tokens, 0);
  }

  /** Bytes of the shards' complete rows, frames included. */
  get bytes(): number {
    return [...this.places.values()].reduce((sum, p) => sum + 20 + p.idBytes + p.payloadBytes, 0);
  }

  get bytesPerToken(): number {
    return this.tokens ? this.bytes / this.tokens : 0;
  }

  get shards(): number {
    return shardFiles(this.directory).length;
  }

  /** Closes the shards' files; `row` opens them again. */
  close(): void {
    for (const handle of this.handles.values()) fs.closeSync(handle);
    this.handles.clear();
  }
}
