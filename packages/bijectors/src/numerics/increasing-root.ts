import {
  abs,
  add,
  div,
  fill,
  getBackend,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  minimum,
  mul,
  sub,
  type Tensor,
  type Tensor1D,
  tensor1d,
  tidy,
  where,
} from '@tensorflow/tfjs-core';

/** Values and derivatives of N functions, each at a place of its own: `[N]`. */
export interface ValueAndDerivative {
  readonly value: Tensor1D;
  readonly derivative: Tensor1D;
}

/** Whoever calls this relies on it: the tests count how many are needed. */
const ITERATIONS = 32;

/** Backends whose numbers lie in the memory of the host: to look at them costs nothing. */
const ON_HOST = ['wasm', 'cpu', 'tensorflow'];

/** After a step of Newton's method of no more than that, relative, the place is exact but for rounding in float32: each squares the error. */
const LAST_STEP = 2 ** -17;

/**
 * Solves `f(x) = y` for N increasing functions at once, each within a bracket `[low, high]` that holds its root: Newton's method, with a bisection
 * wherever a step would leave the bracket, which shrinks around the root, or the last step has not halved the smallest residual.
 *
 * It ends when Newton's method has converged everywhere, mostly after a third of the iterations; on a GPU their number is fixed, because to ask
 * whether all are done would mean to read numbers back. Of all the places visited until its own convergence, the one with the smallest residual is the
 * result, so that a root does not depend on those beside it; it has no gradient.
 *
 * **Shapes**: y and the bracket `[N]`, result `[N]`.
 */
export function increasingRoot(
  f: (x: Tensor1D) => ValueAndDerivative,
  y: Tensor1D,
  bracket: { low: Tensor1D; high: Tensor1D },
): Tensor1D {
  const middle = middleOf(bracket.low, bracket.high);
  // Where no place has a residual, there is no root.
  const best = where(less(abs(y), Infinity), fill(y.shape, NaN), middle) as Tensor1D;
  let state = { ...bracket, x: middle, best, error: fill(y.shape, Infinity) as Tensor1D };
  const convergence = ON_HOST.includes(getBackend()) ? new Convergence(y) : undefined;
  for (let i = 0; i < ITERATIONS; i++) {
    const isLast = convergence?.isComplete;
    state = tidy(() => {
      const { value, derivative } = f(state.x);
      const residual = sub(value, y);
      const above = greater(residual, 0);
      const low = where(above, state.low, state.x);
      const high = where(above, state.x, state.high);
      const error = abs(residual);
      const newton = sub(state.x, div(residual, derivative));
      const inside = logicalAnd(greaterEqual(newton, low), lessEqual(newton, high));
      const fast = lessEqual(error, mul(state.error, 0.5));
      const byNewton = logicalAnd(inside, fast);
      const x = where(byNewton, newton, middleOf(low, high)) as Tensor1D;
      const isBetter = less(error, state.error);
      const best = where(convergence ? logicalAnd(isBetter, convergence.isOpen()) : isBetter, state.x, state.best);
      convergence?.see(state.x, x, byNewton);
      return {
        low,
        high,
        x,
        best,
        error: minimum(error, state.error) as Tensor1D,
      };
    });
    if (isLast) break;
  }
  return state.best;
}

/** Halves are added, because the sum could overflow. */
function middleOf(low: Tensor, high: Tensor): Tensor1D {
  return add(mul(low, 0.5), mul(high, 0.5)) as Tensor1D;
}

/** For which functions a step was so small that the place it led to needs a last look only. */
class Convergence {
  readonly #done: boolean[];
  /** Those that have had it. */
  #seen: boolean[];

  constructor(y: Tensor1D) {
    // No place is nearer than another to a value that is not finite.
    this.#done = Array.from(y.dataSync(), (value) => !Number.isFinite(value));
    this.#seen = this.#done.map(() => false);
  }

  /** For each function whether the place that is looked at may still be taken. */
  isOpen(): Tensor1D {
    return tensor1d(
      this.#seen.map((isSeen) => !isSeen),
      'bool',
    );
  }

  get isComplete(): boolean {
    return this.#done.every(Boolean);
  }

  see(from: Tensor1D, to: Tensor1D, byNewton: Tensor): void {
    this.#seen = [...this.#done];
    const [before, after, newton] = [from.dataSync(), to.dataSync(), byNewton.dataSync()];
    for (let i = 0; i < after.length; i++) {
      const step = Math.abs(after[i] - before[i]);
      this.#done[i] ||= newton[i] ? step <= LAST_STEP * Math.abs(after[i]) : step === 0;
    }
  }
}
