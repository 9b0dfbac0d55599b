import { add, div, mul, reciprocal, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import { where } from '../../arrays/where.js';
import { polynomial } from '../polynomial.js';
import { reduce } from './reduction.js';

// ψ′(1 + t) as a polynomial of t − ½ on [0, 1]: the minimax fit, 1.2·10⁻⁸ at worst.
const NEAR = [
  0.934802193, -0.828796639, 0.704547801, -0.579043271, 0.462958905, -0.362073834, 0.279849461, -0.211574878,
  0.14389522, -0.106626704, 0.128250603, -0.0927278213,
];
// x³ (ψ′(x) − 1/x − 1/(2x²)) as a polynomial of 1/x² for x from 3 on: the minimax fit, 3·10⁻⁹ at worst.
const FAR = [0.166666663, -0.0333318588, 0.0236988737, -0.0302745559, 0.0369641486];

/** The trigamma function `ψ′(x)` for x > 0, to a relative error of 10⁻⁶: the derivative of `digamma`. */
export function trigamma(x: Tensor): Tensor {
  const { isLarge, large, t, count, place } = reduce(x);
  const near = sub(polynomial(sub(t, 0.5), NEAR), div(count, square(place)));
  const inverse = reciprocal(large);
  const squared = square(inverse);
  const far = add(add(inverse, mul(squared, 0.5)), mul(mul(squared, inverse), polynomial(squared, FAR)));
  return where(isLarge, far, near);
}
