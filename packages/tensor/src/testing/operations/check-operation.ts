import { grads, memory, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { formatShape } from '../../arguments/check.js';
import { allClose, type Tolerance } from '../closeness/all-close.js';
import { sizeOf } from '../../arguments/size-of.js';
import { type Float64, spread } from './float64.js';

/** An operation and what it ought to compute. */
export interface OperationCase {
  operation: (...inputs: Tensor[]) => Tensor | Tensor[];
  /** The same in float64. */
  reference: (...inputs: Float64[]) => Float64 | Float64[];
  inputs: readonly Float64[];
  /** Of the values. Default: rtol 10⁻⁶, and an atol that lets a backend flush what is below the normal range of float32. */
  tolerance?: Tolerance;
  /** Whether the gradient exists at these inputs. Default true. */
  differentiable?: boolean;
}

const SMALLEST_NORMAL = 2 ** -126;

/** At how many numbers of an input a derivative is taken. */
const DERIVATIVES = 24;

/**
 * Compares an operation with its reference: shape and value of every result, the gradient of every result with the reference's central
 * differences (10⁻⁵ relative), and that nothing is leaked.
 *
 * @throws Error that names the first of them that differs
 */
export async function checkOperation(operationCase: OperationCase): Promise<void> {
  const before = memory().numTensors;
  await checkValues(operationCase);
  if (operationCase.differentiable ?? true) await checkGradients(operationCase);
  const leaked = memory().numTensors - before;
  if (leaked !== 0) throw new Error(`expected no leaked tensor, got ${leaked}`);
}

function asArray<T>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value];
}

function onBackend({ values, shape }: Float64): Tensor {
  return tensor([...values], [...shape], 'float32');
}

/** Reads numbers back and disposes of their tensors. */
async function read(tensors: Tensor[]): Promise<ArrayLike<number>[]> {
  const numbers = await Promise.all(tensors.map((x) => x.data()));
  for (const x of tensors) x.dispose();
  return numbers;
}

function check(what: string, problem: string | null): void {
  if (problem !== null) throw new Error(`${what}: ${problem}`);
}

async function checkValues({ operation, reference, inputs, tolerance }: OperationCase): Promise<void> {
  const wanted = asArray(reference(...inputs));
  const results = tidy(() => asArray(operation(...inputs.map(onBackend))));
  check('results', results.length === wanted.length ? null : `expected ${wanted.length}, got ${results.length}`);
  const shapes = results.map(({ shape }) => formatShape(shape));
  const numbers = await read(results);
  wanted.forEach(({ shape, values }, i) => {
    check(
      `shape of result ${i}`,
      shapes[i] === formatShape(shape) ? null : `expected ${formatShape(shape)}, got ${shapes[i]}`,
    );
    check(
      `value of result ${i}`,
      allClose(numbers[i], values.map(Math.fround), { rtol: 1e-6, atol: SMALLEST_NORMAL, ...tolerance }),
    );
  });
}

async function checkGradients({ operation, reference, inputs }: OperationCase): Promise<void> {
  for (const [i, { shape }] of asArray(reference(...inputs)).entries()) {
    const weights = spread(shape, -1, 1, 5);
    const gradients = tidy(() =>
      grads((...x: Tensor[]) => asArray(operation(...x))[i])(inputs.map(onBackend), onBackend(weights)),
    );
    const shapes = gradients.map((gradient) => formatShape(gradient.shape));
    const numbers = await read(gradients);
    const weighted = (...x: Float64[]) =>
      asArray(reference(...x))[i].values.reduce((sum, value, j) => sum + value * weights.values[j], 0);
    for (const [k, input] of inputs.entries()) {
      const title = `gradient of result ${i} to input ${k}`;
      check(
        title,
        shapes[k] === formatShape(input.shape) ? null : `expected shape ${formatShape(input.shape)}, got ${shapes[k]}`,
      );
      const size = sizeOf(input.shape);
      const places = Array.from({ length: Math.min(size, DERIVATIVES) }, (_, j) =>
        Math.floor((j * size) / Math.min(size, DERIVATIVES)),
      );
      const derivative = (place: number) => centralDifference((x) => weighted(...inputs.with(k, x)), input, place);
      const wanted = places.map(derivative);
      const largest = Math.max(1e-3, ...wanted.map(Math.abs));
      check(
        title,
        allClose(
          places.map((place) => numbers[k][place]),
          wanted,
          { rtol: 1e-5, atol: 1e-6 * largest },
        ),
      );
    }
  }
}

function centralDifference(f: (x: Float64) => number, { shape, values }: Float64, place: number): number {
  const step = 1e-4 * Math.max(1, Math.abs(values[place]));
  const moved = (by: number) => f({ shape, values: values.with(place, values[place] + by) });
  // Of fourth order: the error is far below a float32's.
  return (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step);
}
