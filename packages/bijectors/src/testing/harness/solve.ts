/**
 * Solves `A·x = b` in float64 by Gaussian elimination with partial pivoting, and gives `log |det A|` on the way: −∞, and no
 * solution, for a singular matrix.
 */
export function solve(
  matrix: readonly (readonly number[])[],
  right: readonly number[],
): { solution: number[]; logAbsDet: number } {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const n = rows.length;
  let logAbsDet = 0;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[pivot][k])) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    logAbsDet += Math.log(Math.abs(rows[k][k]));
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j <= n; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  const solution = Array.from<number>({ length: n });
  for (let i = n - 1; i >= 0; i--) {
    let rest = rows[i][n];
    for (let j = i + 1; j < n; j++) rest -= rows[i][j] * solution[j];
    solution[i] = rest / rows[i][i];
  }
  return { solution, logAbsDet };
}
