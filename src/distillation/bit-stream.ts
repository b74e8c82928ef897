// Bits packed into bytes, most significant first, with Golomb-Rice codes (Rice & Plaunt 1971) for small numbers.

/** A quotient this large is written as an escape and the number itself, so that an outlier costs at most 55 bits. */
const ESCAPE = 23;
/** Numbers that an adaptive code remembers before it halves their weight. */
const MEMORY = 8;

export class BitWriter {
  private bytes = new Uint8Array(4096);
  private length = 0;
  /** Bits not yet in a byte, `used` of them, fewer than 8. */
  private pending = 0;
  private used = 0;

  /** Writes the low `count` bits of a number, count at most 32. */
  bits(value: number, count: number): void {
    if (count > 16) {
      this.bits(value >>> 16, count - 16);
      this.bits(value & 0xffff, 16);
      return;
    }
    this.pending = (this.pending << count) | (value & ((1 << count) - 1));
    this.used += count;
    while (this.used >= 8) {
      this.used -= 8;
      this.put((this.pending >>> this.used) & 255);
    }
    this.pending &= (1 << this.used) - 1;
  }

  /** Writes a number from 0 to 2^32 - 1: value >> parameter in unary, then its low bits. */
  rice(value: number, parameter: number): void {
    const quotient = value >>> parameter;
    if (quotient >= ESCAPE) {
      this.bits((1 << ESCAPE) - 1, ESCAPE);
      this.bits(value, 32);
      return;
    }
    const ones = ((1 << quotient) - 1) << 1;
    const low = value & ((1 << parameter) - 1);
    if (quotient + parameter < 16) this.bits((ones << parameter) | low, quotient + 1 + parameter);
    else {
      this.bits(ones, quotient + 1);
      this.bits(value, parameter);
    }
  }

  /** All bytes so far, the last one filled with zeros. */
  finish(): Uint8Array {
    if (this.used > 0) this.bits(0, 8 - this.used);
    return this.bytes.slice(0, this.length);
  }

  private put(byte: number): void {
    if (this.length === this.bytes.length) {
      const larger = new Uint8Array(this.bytes.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.length++] = byte;
  }
}

export class BitReader {
  private at = 0;
  private bit = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** The next `count` bits as an unsigned number; throws past the end. */
  bits(count: number): number {
    let value = 0;
    let left = count;
    while (left > 0) {
      if (this.at >= this.bytes.length) throw new Error("the bit stream ends too early");
      const take = Math.min(left, 8 - this.bit);
      const part = (this.bytes[this.at]! >>> (8 - this.bit - take)) & ((1 << take) - 1);
      value = ((value << take) | part) >>> 0;
      this.bit += take;
      left -= take;
      if (this.bit === 8) {
        this.bit = 0;
        this.at++;
      }
    }
    return value;
  }

  rice(parameter: number): number {
    let quotient = 0;
    while (quotient < ESCAPE && this.bits(1) === 1) quotient++;
    return quotient === ESCAPE ? this.bits(32) : ((quotient << parameter) | this.bits(parameter)) >>> 0;
  }
}

/** The Rice parameter with the fewest bits for these numbers. */
export function riceParameter(values: readonly number[]): number {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  const guess = Math.max(0, Math.floor(Math.log2(mean + 1)));
  let best = guess;
  let fewest = Number.POSITIVE_INFINITY;
  for (let parameter = Math.max(0, guess - 2); parameter <= Math.min(31, guess + 1); parameter++) {
    let bits = 0;
    for (const value of values) {
      const quotient = value >>> parameter;
      bits += quotient >= ESCAPE ? ESCAPE + 32 : quotient + 1 + parameter;
    }
    if (bits < fewest) {
      fewest = bits;
      best = parameter;
    }
  }
  return best;
}

/**
 * Rice codes whose parameter follows the numbers, as in JPEG-LS (ITU-T T.87, A.5.1): ranks of likely tokens lie close
 * together at the beginning of the list and far apart at its end.
 */
export class AdaptiveRice {
  private sum: number;
  private count = 1;

  constructor(parameter: number) {
    this.sum = 2 ** parameter;
  }

  write(bits: BitWriter, value: number): void {
    bits.rice(value, this.parameter());
    this.follow(value);
  }

  read(bits: BitReader): number {
    const value = bits.rice(this.parameter());
    this.follow(value);
    return value;
  }

  private parameter(): number {
    // ceil(log2(mean)), as the bits of the whole number below it: a logarithm a gap is a tenth of the coding.
    return Math.min(31, 32 - Math.clz32(Math.ceil(this.sum / this.count) - 1));
  }

  private follow(value: number): void {
    this.sum += value;
    this.count++;
    if (this.count >= MEMORY) {
      this.sum /= 2;
      this.count /= 2;
    }
  }
}
