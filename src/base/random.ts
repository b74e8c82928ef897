// Seeded pseudo-random numbers (xoshiro128**, Blackman and Vigna 2018): the same seed gives the same draws on every machine.

const rotateLeft = (x: number, k: number): number => ((x << k) | (x >>> (32 - k))) >>> 0;

/** One splitmix32 step: spreads a small seed over 32 bits. */
function splitmix(seed: number): number {
  let z = (seed + 0x9e3779b9) >>> 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** A generator whose whole state is four 32-bit words, so that a checkpoint can store and restore it. */
export class Random {
  private words: [number, number, number, number];

  /** @param seed any finite number; its integer part modulo 2^53 counts. */
  constructor(seed: number) {
    if (!Number.isFinite(seed)) throw new Error(`A seed must be a finite number, found ${seed}.`);
    const low = splitmix(seed >>> 0);
    const high = splitmix((Math.floor(seed / 2 ** 32) ^ low) >>> 0);
    const third = splitmix(high);
    this.words = [low, high, third, splitmix(third) | 1];
  }

  /** The next 32 bits as an integer in [0, 2^32). */
  private bits(): number {
    const w = this.words;
    const result = Math.imul(rotateLeft(Math.imul(w[1], 5) >>> 0, 7), 9) >>> 0;
    const shifted = (w[1] << 9) >>> 0;
    w[2] = (w[2] ^ w[0]) >>> 0;
    w[3] = (w[3] ^ w[1]) >>> 0;
    w[1] = (w[1] ^ w[2]) >>> 0;
    w[0] = (w[0] ^ w[3]) >>> 0;
    w[2] = (w[2] ^ shifted) >>> 0;
    w[3] = rotateLeft(w[3], 11);
    return result;
  }

  /** A float64 in [0, 1) with 53 random bits. */
  next(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** An integer from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    if (high < low) throw new Error(`integer(${low}, ${high}): the upper bound lies below the lower one.`);
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** One element; throws on an empty list. */
  choice<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error("choice: the list is empty, at least one element is needed.");
    return items[this.integer(0, items.length - 1)] as T;
  }

  /** The index of one weight, drawn in proportion to the weights. */
  weighted(weights: readonly number[]): number {
    let rest = this.next() * weights.reduce((sum, w) => sum + w, 0);
    for (let i = 0; i < weights.length; i++) {
      rest -= weights[i] as number;
      if (rest < 0) return i;
    }
    return weights.length - 1;
  }

  /** A new list in random order (Fisher-Yates); the given one is left as it is. */
  shuffle<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.integer(0, i);
      const kept = result[i] as T;
      result[i] = result[j] as T;
      result[j] = kept;
    }
    return result;
  }

  /** A standard normal draw (Box-Muller; the second value is not kept, so that the state stays four words). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  /** The four state words. */
  state(): number[] {
    return [...this.words];
  }

  /** The generator that goes on exactly where `state` was taken. */
  static fromState(state: readonly number[]): Random {
    if (state.length !== 4 || state.every((word) => word === 0)) {
      throw new Error(`A state is four 32-bit words, not all zero; found [${state.join(", ")}].`);
    }
    const random = new Random(0);
    random.words = state.map((word) => word >>> 0) as [number, number, number, number];
    return random;
  }
}
