/**
 * Φ, the distribution function of the standard normal distribution, in float64.
 *
 * **Numerics**: relative error below 1e-14 for z > −37; below that 0.
 *
 * Source: Hart 1968, "Computer approximations", algorithm 5666, in West 2005, "Better approximations to cumulative normal functions".
 *
 * @example
 * ```ts
 * import { normalCdf } from '@pushforward/diagnostics';
 *
 * console.log(normalCdf(-1.959963984540054)); // about 0.025
 * ```
 */
export function normalCdf(z: number): number {
  const upper = upperTail(Math.abs(z));
  return z > 0 ? 1 - upper : upper;
}

const P = [
  0.0352624965998911, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
  220.206867912376,
];
const Q = [
  0.0883883476483184, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
  793.826512519948, 440.413735824752,
];

/** 1 − Φ(z) for z of at least 0. */
function upperTail(z: number): number {
  if (z > 37.5) return 0;
  const density = Math.exp(-0.5 * z * z);
  if (z < 7.07106781186547) return (density * horner(P, z)) / horner(Q, z);
  // The continued fraction of Mills' ratio.
  let fraction = z;
  for (let k = 40; k > 0; k--) fraction = z + k / fraction;
  return density / (fraction * Math.sqrt(2 * Math.PI));
}

const horner = (coefficients: readonly number[], x: number) =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

/**
 * Φ⁻¹, the quantile function of the standard normal distribution, in float64: −∞ at 0, +∞ at 1.
 *
 * **Numerics**: relative error below 1e-15.
 *
 * Source: Wichura 1988, "Algorithm AS 241: the percentage points of the normal distribution", PPND16.
 *
 * @example
 * ```ts
 * import { normalQuantile } from '@pushforward/diagnostics';
 *
 * console.log(normalQuantile(0.975)); // about 1.959963984540054
 * ```
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * horner(A, r)) / horner(B, r);
  }
  const r = Math.sqrt(-Math.log(Math.min(p, 1 - p)));
  if (r === Infinity) return q < 0 ? -Infinity : Infinity;
  const z = r <= 5 ? horner(C, r - 1.6) / horner(D, r - 1.6) : horner(E, r - 5) / horner(F, r - 5);
  return q < 0 ? -z : z;
}

const A = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
  133.14166789178438, 3.3871328727963665,
];
const B = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
  42.31333070160091, 1,
];
const C = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const D = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
];
const E = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
  1.7848265399172913, 5.463784911164114, 6.657904643501103,
];
const F = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133, 0.014875361290850615,
  0.1369298809227358, 0.599832206555888, 1,
];
