import { checkOptions } from '../arguments/check-option.js';
import { cast, engine, getKernel, less, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { boxMuller } from './box-muller.js';
import { checkInteger, formatShape } from '../arguments/check.js';
import { formatValue } from '../arguments/format.js';
import { sizeOf } from '../arguments/size-of.js';
import { type NormalAttrs, normalKernel, type UniformAttrs, uniformKernel } from './wasm.js';
import { foldIn } from './key.js';
import { type Key, threefry } from './threefry.js';
import { runKernel } from '../registry/run-kernel.js';

/**
 * `count` random 32-bit words; a shorter draw is the beginning of a longer one under the same key.
 *
 * @throws Error if `count` is not an integer of at least 0
 *
 * @example
 * ```ts
 * import { key, randomBits } from '@pushforward/tensor';
 *
 * console.log(randomBits(key(0), 2)); // Uint32Array(2) [ 1797259609, 2579123966 ]
 * ```
 */
export function randomBits(key: Key, count: number): Uint32Array {
  checkInteger('randomBits: count', count, 0);
  const [high, low] = randomPairs(key, Math.ceil(count / 2));
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i++) words[i] = i & 1 ? low[i >> 1] : high[i >> 1];
  return words;
}

/** The two words of each of the counters 0, 1, …, `count` − 1; `split` and `foldIn` count elsewhere (high words near 2³²). */
function randomPairs(key: Key, count: number): [Uint32Array, Uint32Array] {
  const high = new Uint32Array(count);
  const low = new Uint32Array(count);
  for (let i = 0; i < count; i++) low[i] = i;
  threefry(key, high, low);
  return [high, low];
}

function checkedSize(name: string, shape: readonly number[]): number {
  if (!Array.isArray(shape)) throw new Error(`${name}: shape must be a list of sizes, got ${formatValue(shape)}`);
  for (const size of shape) checkInteger(`${name}: every size of shape`, size, 0);
  return sizeOf(shape);
}

/** The interval to draw from. */
export interface UniformOptions {
  /** The lower end, included. Default 0. */
  minval?: number;
  /** The upper end, excluded. Default 1. */
  maxval?: number;
}

/**
 * Uniform numbers in [minval, maxval).
 *
 * **Shapes**: result `shape`.
 *
 * **Numerics**: 24 random bits a number, so multiples of 2⁻²⁴ by default. The ends are rounded to float32 first; `maxval` never comes
 * out, however small the interval. Computed in float64 and then rounded: the same numbers on every backend, bit for bit.
 *
 * @throws Error if `minval` is not below `maxval` in float32, or either is not finite there
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { key, uniform } from '@pushforward/tensor';
 *
 * const x = uniform(key(0), [2, 3], { minval: -1 });
 * console.log(x.shape); // [ 2, 3 ]
 * ```
 */
export function uniform(key: Key, shape: readonly number[], options: UniformOptions = {}): Tensor {
  checkOptions('uniform', options, ['minval', 'maxval']);
  const { minval = 0, maxval = 1 } = options;
  const lower = Math.fround(minval);
  const upper = Math.fround(maxval);
  if (!(lower < upper && Number.isFinite(upper - lower))) {
    throw new Error(`uniform: minval must be finite and below maxval in float32, got [${minval}, ${maxval})`);
  }
  const count = checkedSize('uniform', shape);
  const scale = (upper - lower) * 2 ** -24;
  return (
    draw(uniformKernel.name, { key, shape, lower, upper, scale }) ??
    tensor(uniformNumbers(key, count, lower, upper, scale), shape as number[])
  );
}

/** The numbers of {@link uniform}. */
export function uniformNumbers(key: Key, count: number, lower: number, upper: number, scale: number): Float32Array {
  const words = randomBits(key, count);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const value = Math.fround(lower + (words[i] >>> 8) * scale);
    // Numbers that round up to the excluded end become the included one, to which only half a rounding interval belongs otherwise.
    values[i] = value < upper ? value : lower;
  }
  return values;
}

/** Draws by a kernel; null if the backend in use has none. */
function draw(kernelName: string, attrs: NormalAttrs | UniformAttrs): Tensor | null {
  if (!getKernel(kernelName, engine().backendName)) return null;
  return runKernel(kernelName, [], attrs)[0];
}

/**
 * Standard normal numbers: mean 0, standard deviation 1.
 *
 * Two of them are `r cos θ` and `r sin θ` with `r = √(−2 ln u)`, from one 64-bit block: 38 bits for u, 26 for the angle.
 *
 * **Shapes**: result `shape`.
 *
 * **Numerics**: always finite; the largest magnitude that can come out is `√(78 ln 2)` = 7.353, which a true normal number exceeds
 * once in 5·10¹². Computed in float64, to a relative 10⁻¹⁵, and then rounded: the same numbers on every backend and in every engine, to
 * the bit.
 *
 * Source: Box & Muller 1958, "A note on the generation of random normal deviates".
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { key, normal } from '@pushforward/tensor';
 *
 * const noise = normal(key(0), [256, 32]);
 * console.log(noise.shape); // [ 256, 32 ]
 * ```
 */
export function normal(key: Key, shape: readonly number[]): Tensor {
  const count = checkedSize('normal', shape);
  return draw(normalKernel.name, { key, shape }) ?? tensor(normalNumbers(key, count), shape as number[]);
}

/** The numbers of {@link normal}, for those that do not need them in a tensor. */
export function normalNumbers(key: Key, count: number): Float32Array {
  const [high, low] = randomPairs(key, Math.ceil(count / 2));
  const values = new Float32Array(count);
  boxMuller(high, low, values);
  return values;
}

/**
 * Zeros and ones (float32), one with probability `probs`. No gradient flows to `probs`.
 *
 * **Shapes**: `probs` broadcasts to `shape`, which is its own by default; result `shape`.
 *
 * **Numerics**: probabilities are met to within 2⁻²⁴; 0 and 1 are exact.
 *
 * @throws Error if `probs` does not broadcast to `shape`
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { bernoulli, key } from '@pushforward/tensor';
 *
 * const bits = bernoulli(key(0), 0.3, [100]);
 * console.log(bits.shape); // [ 100 ]
 * ```
 */
export function bernoulli(key: Key, probs: Tensor | number, shape?: readonly number[]): Tensor {
  const own = typeof probs === 'number' ? [] : probs.shape;
  const wanted = shape ?? own;
  const offset = wanted.length - own.length;
  if (offset < 0 || own.some((size, i) => size !== 1 && size !== wanted[offset + i])) {
    throw new Error(`bernoulli: probs must broadcast to ${formatShape(wanted)}, got ${formatShape(own)}`);
  }
  return tidy(() => cast(less(uniform(key, wanted), probs), 'float32'));
}

/**
 * The numbers 0 to `n` − 1 in random order, every order equally likely.
 *
 * Source: Fisher & Yates' shuffle in Durstenfeld's form, with rejected rather than folded words.
 *
 * @throws Error if `n` is not an integer of at least 0
 *
 * @example
 * ```ts
 * import { key, permutation } from '@pushforward/tensor';
 *
 * console.log(permutation(key(0), 5)); // [ 0, 3, 1, 2, 4 ]
 * ```
 */
export function permutation(key: Key, n: number): number[] {
  checkInteger('permutation: n', n, 0);
  const order = Array.from({ length: n }, (_, i) => i);
  let source = key;
  let words = randomBits(source, n);
  let used = 0;
  const next = () => {
    if (used === words.length) {
      source = foldIn(source, 0);
      words = randomBits(source, n);
      used = 0;
    }
    return words[used++];
  };
  for (let i = n - 1; i > 0; i--) {
    const choices = i + 1;
    // The words below the largest multiple of `choices`: each remainder belongs to equally many of them.
    const limit = 2 ** 32 - (2 ** 32 % choices);
    let word = next();
    while (word >= limit) word = next();
    const j = word % choices;
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
