import type { ActNorm, Householder, LuLinear } from '@pushforward/bijectors';
import { invertPermutation } from '@pushforward/made';
import { type Mapped, NONE } from '../graph/log-det.js';
import { range } from '../networks/block.js';
import { refuse } from '../refuse.js';
import type { Emit, Setting } from './setting.js';

/** A square matrix in double precision, row by row. */
type Matrix = Float64Array[];

/** `y = x · exp(logScale) + loc`. */
export const emitActNorm: Emit<ActNorm> = ({ graph, weights }, bijector, direction, { value }) => {
  checkUnconditional(bijector);
  const { loc, logScale } = bijector;
  const [location, logs] = [weights.of(loc), weights.of(logScale)];
  const sign = direction === 'forward' ? 1 : -1;
  const scale = graph.floats(logs.map((log) => Math.exp(sign * log)));
  const added = graph.floats(location);
  const result =
    sign === 1
      ? graph.op('Add', [graph.op('Mul', [value, scale]), added])
      : graph.op('Mul', [graph.op('Sub', [value, added]), scale]);
  return { value: result, logDet: { constant: sign * total(logs), terms: [] } };
};

/** `y = P·L·U·x + b`, as one product with a matrix that is computed in double precision. */
export const emitLuLinear: Emit<LuLinear> = (setting, bijector, direction, { value, dim }) => {
  checkUnconditional(bijector);
  const { graph, weights } = setting;
  const own = weights.of(bijector.weights);
  const entry = (i: number, j: number) => own[i * dim + j];
  const diagonal = range(0, dim).map((i) => entry(i, i));
  // Uᵀ is lower triangular, Lᵀ upper with ones on its diagonal.
  const lower = matrix(dim, (i, j) => (j < i ? entry(i, j) : i === j ? Math.exp(diagonal[i]) : 0));
  const upper = matrix(dim, (i, j) => (j > i ? entry(i, j) : i === j ? 1 : 0));
  const bias = graph.floats(weights.of(bijector.bias));
  const { permutation = range(0, dim) } = bijector;
  const constant = total(diagonal);
  if (direction === 'forward') {
    const mixed = graph.takeColumns(multiply(setting, value, product(lower, upper)), permutation, dim);
    return { value: graph.op('Add', [mixed, bias]), logDet: { constant, terms: [] } };
  }
  const centred = graph.takeColumns(graph.op('Sub', [value, bias]), invertPermutation(permutation), dim);
  const inverse = product(transpose(invertLower(transpose(upper))), invertLower(lower));
  return { value: multiply(setting, centred, inverse), logDet: { constant: -constant, terms: [] } };
};

/** `y = H₁·H₂·…·H_K·x`, reflections that a matrix holds together. */
export const emitHouseholder: Emit<Householder> = (setting, bijector, direction, { value, dim }): Mapped => {
  checkUnconditional(bijector);
  const own = setting.weights.of(bijector.vectors);
  const count = own.length / dim;
  // Row vectors are multiplied by H_K first when they go forward.
  let rotation = matrix(dim, (i, j) => (i === j ? 1 : 0));
  for (let k = count - 1; k >= 0; k--) {
    const v = own.subarray(k * dim, (k + 1) * dim);
    const squared = v.reduce((sum, each) => sum + each * each, 0);
    rotation = rotation.map((row) => {
      const along = row.reduce((sum, each, i) => sum + each * v[i], 0);
      return row.map((each, i) => each - (2 * along * v[i]) / squared);
    });
  }
  const matrixOf = direction === 'forward' ? rotation : transpose(rotation);
  return { value: multiply(setting, value, matrixOf), logDet: NONE };
};

/** Their matrices are computed here, once for all contexts. */
function checkUnconditional(bijector: ActNorm | Householder | LuLinear): void {
  if (bijector.contextDim > 0) throw refuse(bijector, ' with a context');
}

function multiply({ graph }: Setting, value: string, by: Matrix): string {
  return graph.op('MatMul', [
    value,
    graph.floats(
      by.flatMap((row) => [...row]),
      [by.length, by.length],
    ),
  ]);
}

function matrix(dim: number, entry: (i: number, j: number) => number): Matrix {
  return range(0, dim).map((i) => Float64Array.from(range(0, dim), (j) => entry(i, j)));
}

function transpose(of: Matrix): Matrix {
  return matrix(of.length, (i, j) => of[j][i]);
}

function product(left: Matrix, right: Matrix): Matrix {
  return matrix(left.length, (i, j) => left[i].reduce((sum, each, k) => sum + each * right[k][j], 0));
}

/** Column by column, by forward substitution. */
function invertLower(lower: Matrix): Matrix {
  const inverse = matrix(lower.length, () => 0);
  for (const j of range(0, lower.length)) {
    for (const i of range(j, lower.length)) {
      const known = range(j, i).reduce((sum, k) => sum + lower[i][k] * inverse[k][j], 0);
      inverse[i][j] = ((i === j ? 1 : 0) - known) / lower[i][i];
    }
  }
  return inverse;
}

function total(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0);
}
