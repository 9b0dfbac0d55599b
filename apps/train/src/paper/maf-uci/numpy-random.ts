const SIZE = 624;
const SHIFT = 397;

/**
 * The numbers of NumPy's `RandomState(seed)`, which the paper's authors split and blur POWER by: the same rows are then tested on.
 *
 * Source: Matsumoto & Nishimura 1998, "Mersenne twister: a 623-dimensionally equidistributed uniform pseudo-random number generator". How NumPy
 * makes numbers and orders of its words is fixed since `RandomState` is frozen (NEP 19).
 */
export class NumpyRandom {
  readonly #state = new Uint32Array(SIZE);
  #next = SIZE;

  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < SIZE; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
  }

  /** As `rand()`: of 53 bits, in [0, 1). */
  uniform(): number {
    const high = this.#word() >>> 5;
    const low = this.#word() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** The order in which `shuffle` leaves `count` things. */
  shuffled(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.#atMost(i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  /** A whole number from 0 to `most`, each as likely as another: words are cut to as many bits as it has, and too large ones left out. */
  #atMost(most: number): number {
    const mask = 0xffffffff >>> Math.clz32(most);
    for (;;) {
      const value = (this.#word() & mask) >>> 0;
      if (value <= most) return value;
    }
  }

  #word(): number {
    if (this.#next === SIZE) this.#twist();
    let word = this.#state[this.#next++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < SIZE; i++) {
      const mixed = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
      state[i] = state[(i + SHIFT) % SIZE] ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}
