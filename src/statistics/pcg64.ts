// numpy's `default_rng(seed)`: SeedSequence, PCG64 (XSL-RR 128/64), and the draws that sacrebleu's paired tests make, bit for bit.
// O'Neill, "PCG" (2014); Lemire, "Fast random integer generation in an interval" (2019).

const MASK64 = (1n << 64n) - 1n;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
/** Above this many outcomes Lemire's product leaves the whole numbers of a double. */
const LARGEST_CHOICE = 2 ** 21;

/** numpy's SeedSequence(seed).generate_state(4, uint64). */
function seedState(seed: number): bigint[] {
  const entropy = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
  if (entropy[1] === 0) entropy.pop();
  let constant = 0x43b0d7e5;
  const hash = (value: number): number => {
    let mixed = value ^ constant;
    constant = Math.imul(constant, 0x931e8875);
    mixed = Math.imul(mixed, constant);
    return mixed ^ (mixed >>> 16);
  };
  const pool = [0, 1, 2, 3].map((i) => hash(entropy[i] ?? 0));
  for (let source = 0; source < 4; source++) {
    for (let target = 0; target < 4; target++) {
      if (source === target) continue;
      const mixed = Math.imul(0xca01f9dd, pool[target]!) - Math.imul(0x4973f715, hash(pool[source]!));
      pool[target] = mixed ^ (mixed >>> 16);
    }
  }
  constant = 0x8b51f9dd;
  const words = Array.from({ length: 8 }, (_, i) => {
    let value = pool[i % 4]! ^ constant;
    constant = Math.imul(constant, 0x58f38ded);
    value = Math.imul(value, constant);
    return BigInt((value ^ (value >>> 16)) >>> 0);
  });
  return [0, 2, 4, 6].map((i) => words[i]! | (words[i + 1]! << 32n));
}

/** The generator behind `np.random.default_rng(seed)`. */
export class Pcg64 {
  private state: bigint;
  private readonly increment: bigint;
  private spare: number | undefined;

  /** Throws unless `seed` is a whole number of 0 to 2^53 - 1. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new Error(`PCG64: expected a whole seed of 0 or more, found ${seed}.`);
    }
    const [high, low, sequenceHigh, sequenceLow] = seedState(seed) as [bigint, bigint, bigint, bigint];
    this.increment = BigInt.asUintN(128, (((sequenceHigh << 64n) | sequenceLow) << 1n) | 1n);
    this.state = BigInt.asUintN(128, this.increment + ((high << 64n) | low));
    this.step();
  }

  private step(): void {
    this.state = BigInt.asUintN(128, this.state * MULTIPLIER + this.increment);
  }

  /** The next 64 bits, unsigned. */
  uint64(): bigint {
    this.step();
    const rotation = this.state >> 122n;
    const folded = (this.state >> 64n) ^ (this.state & MASK64);
    return ((folded >> rotation) | (folded << (64n - rotation))) & MASK64;
  }

  /** The next 32 bits: the low half of a 64-bit draw, then its high half. */
  uint32(): number {
    if (this.spare !== undefined) {
      const value = this.spare;
      this.spare = undefined;
      return value;
    }
    const drawn = this.uint64();
    this.spare = Number(drawn >> 32n);
    return Number(drawn & 0xffffffffn);
  }

  /** `rng.random()`: 53 bits in [0, 1). */
  random(): number {
    return Number(this.uint64() >> 11n) / 9007199254740992;
  }

  /** `rng.integers(2, size=count, dtype=bool)`: one bit a value, 32 values a draw. */
  booleans(count: number): Uint8Array {
    const values = new Uint8Array(count);
    let bits = 0;
    for (let i = 0; i < count; i++) {
      bits = (i & 31) === 0 ? this.uint32() : bits >>> 1;
      values[i] = bits & 1;
    }
    return values;
  }

  /** `rng.choice(n, size=count)`, with replacement; n = 1 draws nothing. */
  choice(n: number, count: number): Int32Array {
    if (!Number.isInteger(n) || n < 1 || n > LARGEST_CHOICE) {
      throw new Error(`PCG64 choice: expected 1 to ${LARGEST_CHOICE} outcomes, found ${n}.`);
    }
    const values = new Int32Array(count);
    if (n === 1) return values;
    const rejectBelow = 2 ** 32 % n;
    for (let i = 0; i < count; i++) {
      let product = this.uint32() * n;
      while (product % 2 ** 32 < rejectBelow) product = this.uint32() * n;
      values[i] = Math.floor(product / 2 ** 32);
    }
    return values;
  }
}
