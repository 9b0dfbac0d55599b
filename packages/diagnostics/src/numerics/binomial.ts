/** P(X = 0), …, P(X = n) of a binomial count. */
export function binomialProbabilities(n: number, p: number): Float64Array {
  const result = new Float64Array(n + 1);
  // From the mode outward, so that nothing that counts underflows.
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const odds = p / (1 - p);
  result[mode] = 1;
  for (let k = mode; k < n; k++) result[k + 1] = (result[k] * (n - k) * odds) / (k + 1);
  for (let k = mode; k > 0; k--) result[k - 1] = (result[k] * k) / ((n - k + 1) * odds);
  const total = result.reduce((sum, value) => sum + value, 0);
  return result.map((value) => value / total);
}

/** P(X ≥ k) of a binomial count. */
export function binomialUpperTail(k: number, n: number, p: number): number {
  return binomialProbabilities(n, p)
    .subarray(Math.max(0, k))
    .reduceRight((sum, value) => sum + value, 0);
}

/** For each count k the chance of one at least as far out, on either side: `min(1, 2 min(P(X ≤ k), P(X ≥ k)))`. */
export function twoSidedTails(n: number, p: number): Float64Array {
  const result = binomialProbabilities(n, p);
  const upper = new Float64Array(n + 1);
  for (let k = n, sum = 0; k >= 0; k--) upper[k] = sum += result[k];
  for (let k = 0, sum = 0; k <= n; k++) {
    sum += result[k];
    result[k] = Math.min(1, 2 * Math.min(sum, upper[k]));
  }
  return result;
}
