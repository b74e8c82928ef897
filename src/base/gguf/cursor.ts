// Reads the header of a GGUF file from front to back, a window at a time; every length is held against the file's size.
import { readFully } from "../read-fully";

/** A GGUF file that is damaged, hostile, or of a form that is not read. */
export class GgufError extends Error {
  override name = "GgufError";
}

/** As of a safetensors file; published headers, with the vocabulary in them, take up to 20 MB. */
const LONGEST_HEADER = 100_000_000;
const WINDOW = 1 << 20;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class Cursor {
  /** Byte of the file that is read next. */
  position = 0;
  private window = Buffer.alloc(0);
  private start = 0;

  constructor(
    private readonly fd: number,
    readonly file: string,
    readonly size: number,
  ) {}

  /** Throws a GgufError that names the file and the byte. */
  fail(expected: string, found: unknown, position = this.position): never {
    throw new GgufError(`${this.file}, byte ${position}: expected ${expected}, found ${found}`);
  }

  /** Bytes that are left for the header. */
  get remaining(): number {
    return Math.min(this.size, LONGEST_HEADER) - this.position;
  }

  /** What stands at the end of the remaining bytes, for messages. */
  private get end(): string {
    return this.size > LONGEST_HEADER ? `the longest header of ${LONGEST_HEADER} bytes` : "the file";
  }

  /** The next `count` bytes; valid until the next call. `what` names them where the file ends before. */
  bytes(count: number, what: string): Buffer {
    if (count > this.remaining)
      this.fail(`${count} bytes of ${what}`, `${this.remaining} before the end of ${this.end}`);
    const at = this.position - this.start;
    if (at + count > this.window.length) {
      this.window = Buffer.alloc(Math.min(Math.max(WINDOW, count), this.remaining));
      this.start = this.position;
      readFully(this.fd, this.file, this.window, this.start, GgufError);
    }
    const found = this.window.subarray(this.position - this.start, this.position - this.start + count);
    this.position += count;
    return found;
  }

  uint32(what: string): number {
    return this.bytes(4, what).readUInt32LE(0);
  }

  /** A 64-bit number of things of at least `bytesEach` that are still to come; throws where the file cannot hold them. */
  count(what: string, bytesEach: number): number {
    const at = this.position;
    const count = this.bytes(8, what).readBigUInt64LE(0);
    if (count * BigInt(bytesEach) > BigInt(this.remaining)) {
      this.fail(`${what} that fits ${this.remaining} bytes before the end of ${this.end}`, count, at);
    }
    return Number(count);
  }

  /** A 64-bit number that is a whole one in JavaScript too. */
  uint64(what: string): number {
    const at = this.position;
    const value = this.bytes(8, what).readBigUInt64LE(0);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.fail(`${what} below 2^53`, value, at);
    return Number(value);
  }

  /** A text with its 64-bit length before it, of at most `longest` bytes. */
  text(what: string, longest = Number.POSITIVE_INFINITY): string {
    const at = this.position;
    const length = this.count(`a length of ${what}`, 1);
    if (length > longest) this.fail(`${what} of at most ${longest} bytes`, `${length} bytes`, at);
    const bytes = this.bytes(length, what);
    // Quick, and lenient: what is no UTF-8 becomes U+FFFD. A vocabulary has a quarter of a million texts.
    const text = bytes.toString("utf8");
    if (!text.includes("\ufffd")) return text;
    try {
      return utf8.decode(bytes);
    } catch {
      return this.fail(`${what} in UTF-8`, "other bytes", at);
    }
  }
}
