// numpy's legacy random stream (MT19937): what `np.random.seed(...)` and `np.random.choice(...)` draw, bit for bit.
// Matsumoto & Nishimura (1998); numpy's RandomState.

const SIZE = 624;
const SHIFT = 397;

function twist(here: number, next: number): number {
  const mixed = (here & 0x80000000) | (next & 0x7fffffff);
  return (mixed >>> 1) ^ (-(mixed & 1) & 0x9908b0df);
}

function temper(word: number): number {
  let y = word;
  y ^= y >>> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return y ^ (y >>> 18);
}

/** The generator behind `np.random.seed(seed)`. */
export class MersenneTwister {
  private readonly state = new Int32Array(SIZE);
  private at = SIZE;

  /** Throws unless `seed` is a whole number of 0 to 2^32 - 1. */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
      throw new Error(`MT19937: expected a seed of 0 to 4294967295, found ${seed}.`);
    }
    this.state[0] = seed;
    for (let i = 1; i < SIZE; i++) {
      const previous = this.state[i - 1]!;
      this.state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  private refill(): void {
    const { state } = this;
    // Three stretches instead of two remainders a word: twice as fast.
    for (let i = 0; i < SIZE - SHIFT; i++) state[i] = state[i + SHIFT]! ^ twist(state[i]!, state[i + 1]!);
    for (let i = SIZE - SHIFT; i < SIZE - 1; i++) {
      state[i] = state[i + SHIFT - SIZE]! ^ twist(state[i]!, state[i + 1]!);
    }
    state[SIZE - 1] = state[SHIFT - 1]! ^ twist(state[SIZE - 1]!, state[0]!);
    this.at = 0;
  }

  /** The next 32 bits, unsigned. */
  uint32(): number {
    if (this.at === SIZE) this.refill();
    return temper(this.state[this.at++]!) >>> 0;
  }

  /** `np.random.random_sample()`: 53 bits in [0, 1). */
  random(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** `np.random.choice(np.arange(n), n)` into `into`: masked rejection; n = 1 draws nothing. */
  choice(n: number, into: Int32Array): Int32Array {
    const largest = n - 1;
    if (largest === 0) return into.fill(0);
    const mask = (2 ** (32 - Math.clz32(largest)) - 1) | 0;
    const { state } = this;
    let { at } = this;
    for (let i = 0; i < into.length; ) {
      if (at === SIZE) {
        this.refill();
        at = 0;
      }
      const value = (temper(state[at++]!) & mask) >>> 0;
      if (value <= largest) into[i++] = value;
    }
    this.at = at;
    return into;
  }
}
