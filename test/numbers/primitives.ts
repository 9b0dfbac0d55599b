import { exp, log, sigmoid, sum, type Tensor, tanh } from '@tensorflow/tfjs-core';
import { erf, erfinv, expm1, log1mexp, log1p, logSigmoid, logSumExp, softBound, softplus } from '@pushforward/tensor';

/** A function of numbers whose worst error is measured. */
export interface Primitive {
  readonly name: string;
  readonly apply: (x: Tensor) => Tensor;
  /** In float64; of a whole row where `rows` is set. */
  readonly exact: (x: readonly number[]) => number;
  /** Between which numbers it is measured. */
  readonly range: readonly [number, number];
  /** How many numbers one result is made of. Default 1. */
  readonly width?: number;
}

/** `2/√π ∫₀ˣ exp(−t²) dt`: its series where that converges fast, else a continued fraction (Abramowitz & Stegun 7.1.5 and 7.1.14). */
export function exactErf(x: number): number {
  const size = Math.abs(x);
  if (size < 2.5) {
    let [term, total] = [size, size];
    for (let n = 1; n < 60; n++) {
      term *= (-size * size) / n;
      total += term / (2 * n + 1);
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * total;
  }
  let fraction = size;
  for (let n = 120; n > 0; n--) fraction = size + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-size * size) / (fraction * Math.sqrt(Math.PI)));
}

/** The inverse of {@link exactErf}, by bisection: float32 needs a millionth of its digits. */
function exactErfinv(y: number): number {
  if (y === 0) return 0;
  let [low, high] = [-6, 6];
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (exactErf(middle) < y) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const exactSoftplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

const elementwise = (
  name: string,
  apply: (x: Tensor) => Tensor,
  exact: (x: number) => number,
  range: readonly [number, number],
): Primitive => ({ name, apply, exact: ([x]) => exact(x), range });

/** TensorFlow.js's own, as its backends and our better versions of them compute it, then those of `@pushforward/tensor`. */
export const primitives: readonly Primitive[] = [
  elementwise('`tf.exp`', exp, Math.exp, [-80, 80]),
  elementwise('`tf.log`', log, Math.log, [1e-30, 1e30]),
  elementwise('`tf.tanh`', tanh, Math.tanh, [-10, 10]),
  elementwise('`tf.sigmoid`', sigmoid, (x) => 1 / (1 + Math.exp(-x)), [-80, 80]),
  elementwise('`log1p`', log1p, Math.log1p, [-0.999, 1e6]),
  elementwise('`expm1`', expm1, Math.expm1, [-20, 80]),
  elementwise('`softplus`', softplus, exactSoftplus, [-80, 80]),
  elementwise('`logSigmoid`', logSigmoid, (x) => -exactSoftplus(-x), [-80, 80]),
  elementwise(
    '`log1mexp`',
    log1mexp,
    (x) => (x < Math.LN2 ? Math.log(-Math.expm1(-x)) : Math.log1p(-Math.exp(-x))),
    [1e-6, 80],
  ),
  elementwise('`erf`', erf, exactErf, [-4, 4]),
  elementwise('`erfinv`', erfinv, exactErfinv, [-0.9999, 0.9999]),
  elementwise(
    '`softBound`, bound 7',
    (x) => softBound(x, 7),
    (x) => 7 * Math.tanh(x / 7),
    [-100, 100],
  ),
  {
    name: '`logSumExp` of 64',
    apply: (x) => logSumExp(x, -1),
    exact: (x) => {
      const largest = Math.max(...x);
      return largest + Math.log(x.reduce((total, own) => total + Math.exp(own - largest), 0));
    },
    range: [-20, 20],
    width: 64,
  },
  {
    name: '`tf.sum` of 4096 positive numbers',
    apply: (x) => sum(x, -1),
    exact: (x) => x.reduce((total, own) => total + own, 0),
    range: [1e-3, 1],
    width: 4096,
  },
];
