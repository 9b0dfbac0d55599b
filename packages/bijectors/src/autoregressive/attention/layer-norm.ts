import { add, mean, mul, rsqrt, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { customGradient } from '@pushforward/tensor';

/** Added to the variance: a row of equal numbers becomes 0, with a finite gradient. */
const EPSILON = 1e-5;

/**
 * Layer normalisation: `scale · (x − mean)/√(variance + 10⁻⁵) + shift`, with the mean and the variance of each row.
 *
 * **Shapes**: x `[rows, W]`, scale and shift `[W]`; result `[rows, W]`.
 *
 * **Numerics**: finite for every row whose spread is below 10¹⁹, the square root of float32's largest number.
 *
 * Source: Ba, Kiros & Hinton 2016, "Layer normalization".
 */
export function layerNorm(x: Tensor, scale: Tensor, shift: Tensor): Tensor {
  const op = customGradient(([given, by, up], save) => {
    const centered = sub(given, mean(given, -1, true));
    const inverseSpread = rsqrt(add(mean(square(centered), -1, true), EPSILON));
    const normalized = mul(centered, inverseSpread);
    save([normalized, inverseSpread, by]);
    return { value: add(mul(normalized, by), up), gradFunc };
  });
  return op(x, scale, shift);
}

function gradFunc(cotangent: Tensor, saved: Tensor[]): Tensor[] {
  const [normalized, inverseSpread, scale] = saved;
  const ofNormalized = mul(cotangent, scale);
  // Changes of a row's mean or spread have no effect.
  const alongRow = mul(normalized, mean(mul(ofNormalized, normalized), -1, true));
  const ofX = mul(sub(sub(ofNormalized, mean(ofNormalized, -1, true)), alongRow), inverseSpread);
  return [ofX, sum(mul(cotangent, normalized), 0), sum(cotangent, 0)];
}
