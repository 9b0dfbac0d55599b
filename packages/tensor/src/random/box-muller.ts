// Logarithm, cosine and sine from +, −, ×, ÷ and √ alone, which IEEE 754 rounds in one way everywhere: `Math.log` and its like may differ in
// the last place from engine to engine. `assembly/random/box-muller.ts` computes the same operations in the same order; keep them so.

const LOG_2 = Math.LN2;
const HALF_PI = Math.PI / 2;

// A number and its two halves; the upper one holds the exponent.
const number = new Float64Array(1);
const halves = new Uint32Array(number.buffer);

/**
 * `log u` for a positive u in the normal range.
 *
 * With `u = 2ᵏ m`, m in [√½, √2), and `s = (m − 1)/(m + 1)`: `k log 2 + 2 artanh s`, whose series is cut where its next term is below
 * 10⁻¹⁸ of the sum. Relative error below 10⁻¹⁵.
 */
function logarithm(u: number): number {
  number[0] = u;
  // Moves √½ to where the exponent changes.
  const shifted = halves[1] + 0x95f62;
  const k = (shifted >>> 20) - 1023;
  halves[1] = (shifted & 0xfffff) + 0x3fe6a09e;
  const m = number[0];
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let sum = 1 / 21;
  sum = sum * z + 1 / 19;
  sum = sum * z + 1 / 17;
  sum = sum * z + 1 / 15;
  sum = sum * z + 1 / 13;
  sum = sum * z + 1 / 11;
  sum = sum * z + 1 / 9;
  sum = sum * z + 1 / 7;
  sum = sum * z + 1 / 5;
  sum = sum * z + 1 / 3;
  const twice = s + s;
  return k * LOG_2 + (twice + twice * (z * sum));
}

/**
 * The two standard normal numbers of every block of 64 bits: `r cos θ` and `r sin θ` with `r = √(−2 log u)`, from 38 bits for u and 26
 * for the angle.
 *
 * The angle is known exactly in quarters of a turn; what is left of the nearest quarter, |x| ≤ π/4, goes through the Taylor series, cut
 * where their next term is below 10⁻¹⁷. Relative error below 10⁻¹⁵ before rounding to float32.
 *
 * @param values two for each block, or one less
 */
export function boxMuller(high: Uint32Array, low: Uint32Array, values: Float32Array): void {
  for (let i = 0; i < high.length; i++) {
    const second = low[i];
    const radius = Math.sqrt(-2 * logarithm((high[i] * 64 + (second >>> 26) + 0.5) * (1 / 274877906944)));

    const turn = second & 0x3ffffff;
    const quadrant = (turn + 0x800000) >>> 24;
    const x = ((turn + 0.5) * (1 / 16777216) - quadrant) * HALF_PI;
    const z = x * x;
    let sum = 1 / 355687428096000;
    sum = sum * z - 1 / 1307674368000;
    sum = sum * z + 1 / 6227020800;
    sum = sum * z - 1 / 39916800;
    sum = sum * z + 1 / 362880;
    sum = sum * z - 1 / 5040;
    sum = sum * z + 1 / 120;
    sum = sum * z - 1 / 6;
    const sine = x + x * (z * sum);
    sum = 1 / 20922789888000;
    sum = sum * z - 1 / 87178291200;
    sum = sum * z + 1 / 479001600;
    sum = sum * z - 1 / 3628800;
    sum = sum * z + 1 / 40320;
    sum = sum * z - 1 / 720;
    sum = sum * z + 1 / 24;
    sum = sum * z - 0.5;
    const cosine = 1 + z * sum;

    const isOdd = (quadrant & 1) === 1;
    const first = radius * (isOdd ? sine : cosine);
    const other = radius * (isOdd ? cosine : sine);
    values[2 * i] = ((quadrant + 1) & 2) === 0 ? first : -first;
    // Past the end of an odd count this writes nothing.
    values[2 * i + 1] = (quadrant & 2) === 0 ? other : -other;
  }
}
