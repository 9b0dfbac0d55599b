/** `log(1 + eˣ)`. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** `−log(1 + e⁻ˣ)`. */
export function logSigmoid(x: number): number {
  return -softplus(-x);
}

/** `minimum + softplus(raw + c)`, with c such that raw 0 gives 1. */
export function positive(raw: number, minimum: number): number {
  return minimum + softplus(raw + Math.log(Math.expm1(1 - minimum)));
}

/** `x / (1 + |x| / limit)`. */
export function softclip(x: number, limit: number): number {
  return x / (1 + Math.abs(x) / limit);
}

/** `½ log 2π`. */
export const HALF_LOG_TWO_PI = Math.log(2 * Math.PI) / 2;
