import { foldIn, sizeOf } from '@pushforward/tensor';
import { assertGradientClose, broken, normalValues } from '@pushforward/tensor/testing';
import { evaluate, gradients, type Gradients, jacobians, type Way } from '../harness/evaluate.js';
import { inCoordinates } from './values.js';
import { solve } from '../harness/solve.js';
import { negated, opposite, ROWS, type Subject, WAYS } from '../harness/subject.js';

/** Every trainable variable has a finite gradient in both directions, at outliers too, and not only zeros. */
export async function checkGradients(subject: Subject, idle: readonly string[]): Promise<void> {
  const law = 'a gradient for every variable';
  const { bijector, points } = subject;
  const paths = trainablePaths(subject);
  for (const way of WAYS) {
    const weights = await randomWeights(subject, way);
    const found = await gradients(bijector, way, points[way], weights, paths);
    const all = [['the input', found.input], ['the context', found.context], ...found.variables] as const;
    for (const [path, gradient] of all) {
      if (gradient === null) broken(bijector, law, `${way}: ${path} has no gradient`);
      const wrong = Array.from(gradient).find((value) => !Number.isFinite(value));
      if (wrong !== undefined) broken(bijector, law, `${way}: the gradient of ${path} must be finite, got ${wrong}`);
    }
    for (const [path, gradient] of found.variables) {
      if (!idle.includes(path) && Array.from(gradient!).every((value) => value === 0)) {
        broken(bijector, law, `${way}: the gradient of ${path} is zero everywhere`);
      }
    }
    const far = await gradients(bijector, way, subject.outliers[way], weights, paths);
    for (const [path, gradient] of far.variables) {
      const wrong = Array.from(gradient!).find((value) => !Number.isFinite(value));
      if (wrong !== undefined)
        broken(
          bijector,
          law,
          `${way}: the gradient of ${path} must be finite at points ten standard deviations wide, got ${wrong}`,
        );
    }
  }
}

/**
 * The gradients of the inverse are those that the forward direction implies: from `f(x, θ) = y` follows `∂x/∂y = J⁻¹` and
 * `∂x/∂θ = −J⁻¹ ∂f/∂θ`, and the log-determinant of the inverse is minus that of the forward at x.
 */
export async function checkImplicitGradients(subject: Subject): Promise<void> {
  const law = 'agreeing gradients';
  const { bijector, points, tolerance } = subject;
  const paths = trainablePaths(subject);
  const n = sizeOf(subject.shapes.forward);
  const { value, logDet } = await randomWeights(subject, 'inverse');
  const found = await gradients(bijector, 'inverse', points.inverse, { value, logDet }, paths);

  const x = (await evaluate(bijector, 'inverse', points.inverse)).value;
  const at = { input: x, context: points.inverse.context };
  const m = sizeOf(subject.shapes.inverse);
  const none = Array.from({ length: ROWS * m }, () => 0);
  const ofLogDet = await gradients(bijector, 'forward', at, { value: none, logDet }, new Map());
  const direct = value.map((weight, i) => weight - ofLogDet.input[i]);
  const forward = await jacobians(bijector, 'forward', at);
  const pulled = forward.flatMap(({ input }, row) => {
    const { solution } = solve(transposed(inCoordinates(subject, input)), rowOf(direct, row, n));
    return spread(subject, solution);
  });
  const implied = negate(await gradients(bijector, 'forward', at, { value: pulled, logDet }, paths));

  if (m === n) assertGradientClose(bijector, law, 'the input of the inverse', found.input, pulled, tolerance);
  else {
    // Only along the values that y can take is its gradient determined.
    const along = forward.flatMap(({ input }, row) => times(transposed(input), rowOf(found.input, row, m)));
    assertGradientClose(bijector, law, 'the input of the inverse', along, direct, tolerance);
  }
  assertGradientClose(bijector, law, 'the context of the inverse', found.context, implied.context, tolerance);
  for (const [path, gradient] of found.variables) {
    assertGradientClose(
      bijector,
      law,
      `${path} through the inverse`,
      gradient!,
      implied.variables.get(path)!,
      tolerance,
    );
  }
}

function trainablePaths({ bijector }: Subject) {
  return new Map([...bijector.variables()].filter(([, variable]) => variable.trainable));
}

async function randomWeights({ shapes, key }: Subject, way: Way): Promise<{ value: number[]; logDet: number[] }> {
  const value = await normalValues(foldIn(key, 10), [ROWS, ...shapes[opposite(way)]]);
  const logDet = await normalValues(foldIn(key, 11), [ROWS]);
  return { value: Array.from(value.data), logDet: Array.from(logDet.data) };
}

function rowOf(values: ArrayLike<number>, row: number, size: number): number[] {
  return Array.from(values).slice(row * size, (row + 1) * size);
}

function transposed(matrix: readonly number[][]): number[][] {
  return matrix[0].map((_, i) => matrix.map((row) => row[i]));
}

function times(matrix: readonly number[][], vector: readonly number[]): number[] {
  return matrix.map((row) => row.reduce((sum, value, i) => sum + value * vector[i], 0));
}

/** Numbers for the coordinates of y among zeros for the rest. */
function spread({ shapes, coordinates }: Subject, values: readonly number[]): number[] {
  const all = Array.from({ length: sizeOf(shapes.inverse) }, () => 0);
  coordinates.forEach((coordinate, i) => {
    all[coordinate] = values[i];
  });
  return all;
}

function negate({ input, context, variables }: Gradients): Gradients {
  return {
    input: negated(input),
    context: negated(context),
    variables: new Map([...variables].map(([path, gradient]) => [path, gradient && negated(gradient)])),
  };
}
