import { add, grads, memory, mul, sum, type Tensor } from '@tensorflow/tfjs-core';
import { foldIn, formatShape, key, type Seed, sizeOf } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import {
  assertClose,
  broken,
  normalValues,
  readValues,
  rebuilt,
  toTensor,
  type Values,
} from '@pushforward/tensor/testing';
import type { ElementwiseTransform } from '../contract/elementwise-transform.js';
import { readResult, type Way } from './harness/evaluate.js';
import { checkElementTypes } from './laws/element-types.js';
import { negated, opposite, WAYS } from './harness/subject.js';

/** Options of {@link checkElementwiseTransform}. */
export interface CheckElementwiseTransformOptions {
  /** Relative and absolute tolerance of the map at the identity parameters. Default: `tolerance`. */
  identityTolerance?: number;
  /** The largest |x| and |parameter| at which values and gradients must be finite. Default 1e4. */
  extreme?: number;
  /** Relative and absolute tolerance. Default 1e-4. */
  tolerance?: number;
  /** An integer or a key for parameters and points. Default 0. */
  seed?: Seed;
}

/** The number of elements that the laws look at. */
const COUNT = 24;

/**
 * Checks every law that an elementwise transform must obey, on the backend in use: it owns no variable; shapes, with parameters that
 * broadcast; the round trip both ways, and log-derivatives that cancel; each log-derivative against the automatic one; the identity
 * at the identity parameters; increasing; NaN stays in its element; values and gradients finite at extreme arguments; parameters of
 * another number refused; a configuration that rebuilds it bit for bit; no leaked tensor; the same numbers for int32, bool and float32.
 *
 * @param make gives a new transform each time
 * @throws Error that names the first law broken, where and by how much
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { AffineTransform } from '@pushforward/bijectors';
 * import { checkElementwiseTransform } from '@pushforward/bijectors/testing';
 *
 * await checkElementwiseTransform(() => new AffineTransform());
 * ```
 */
export async function checkElementwiseTransform(
  make: () => ElementwiseTransform,
  { tolerance = 1e-4, identityTolerance = tolerance, extreme = 1e4, seed = 0 }: CheckElementwiseTransformOptions = {},
): Promise<void> {
  const root = key(seed);
  const transform = make();
  checkOwnership(transform);
  const parameters = await normalValues(foldIn(root, 0), [COUNT, transform.parameterCount]);
  const x = await normalValues(foldIn(root, 1), [COUNT]);
  const { value: y } = await evaluate(transform, 'forward', x, parameters);
  const inputs: Record<Way, Values> = { forward: x, inverse: y };
  for (const way of WAYS) {
    const at: Case = { transform, way, x: inputs[way], parameters };
    await checkShapes(at, tolerance);
    await checkRoundTrip(at, tolerance);
    await checkDerivative(at, tolerance);
    await checkIdentity(at, identityTolerance);
    await checkIncreasing(at);
    await checkNaN(at);
    await checkExtremes(at, extreme);
    await checkConfig(at);
    checkMemory(at);
    await checkElementTypes(at, tolerance);
  }
}

/** A transform in one direction, with elements `[COUNT]` and their parameters `[COUNT, P]`. */
interface Case {
  readonly transform: ElementwiseTransform;
  readonly way: Way;
  readonly x: Values;
  readonly parameters: Values;
}

function apply(transform: ElementwiseTransform, way: Way, x: Tensor, parameters: Tensor): ValueAndLogDet {
  return way === 'forward' ? transform.forwardAndLogDet(x, parameters) : transform.inverseAndLogDet(x, parameters);
}

async function evaluate(transform: ElementwiseTransform, way: Way, x: Values, parameters: Values) {
  return readResult(() => apply(transform, way, toTensor(x), toTensor(parameters)));
}

/** The gradients of `Σ value + weight · Σ logDet` with respect to x and to the parameters. */
async function gradients({ transform, way, x, parameters }: Case, weight: number): Promise<[Values, Values]> {
  const run = grads((input: Tensor, given: Tensor) => {
    const { value, logDet } = apply(transform, way, input, given);
    return add(sum(value), mul(sum(logDet), weight));
  });
  const [byInput, byParameters] = await readValues(() => run([toTensor(x), toTensor(parameters)]));
  return [byInput, byParameters];
}

function checkOwnership(transform: ElementwiseTransform): void {
  const { parameterCount, identityParameters } = transform;
  const paths = [...transform.variables().keys()];
  if (paths.length > 0) broken(transform, 'owning no variable', `it owns ${paths.join(', ')}`);
  if (identityParameters.length !== parameterCount) {
    broken(transform, 'identity parameters', `must hold ${parameterCount} numbers, got ${identityParameters.length}`);
  }
}

async function checkShapes({ transform, way, x, parameters }: Case, tolerance: number): Promise<void> {
  const law = 'shapes';
  const width = transform.parameterCount;
  const reference = await evaluate(transform, way, x, parameters);
  const first = { data: Array.from(parameters.data).slice(0, width), shape: [width] };
  const repeated = { data: Array.from({ length: COUNT }, () => first.data).flat(), shape: [COUNT, width] };
  const shared = await evaluate(transform, way, x, repeated);
  for (const [shape, given, expected] of [
    [[4, 6], { data: parameters.data, shape: [4, 6, width] }, reference],
    [[], first, reference],
    [[0, 3], { data: [], shape: [0, 3, width] }, reference],
    [[COUNT], first, shared],
  ] as const) {
    const size = sizeOf(shape);
    const found = await evaluate(transform, way, { data: Array.from(x.data).slice(0, size), shape }, given);
    const what = `${way} of ${formatShape(shape)} with parameters ${formatShape(given.shape)}`;
    for (const name of ['value', 'logDet'] as const) {
      if (formatShape(found[name].shape) !== formatShape(shape)) {
        broken(transform, law, `${what}: ${name} must be ${formatShape(shape)}, got ${formatShape(found[name].shape)}`);
      }
      assertClose(
        transform,
        law,
        `${what}: ${name}`,
        found[name].data,
        Array.from(expected[name].data).slice(0, size),
        tolerance,
      );
    }
  }
  const wide = { data: Array.from({ length: COUNT * (width + 1) }, () => 0), shape: [COUNT, width + 1] };
  const refused = await evaluate(transform, way, x, wide).then(
    () => 'nothing',
    (error: Error) => error.message,
  );
  if (!refused.includes(formatShape(wide.shape))) {
    broken(
      transform,
      'refusing what does not fit',
      `${way} with parameters ${formatShape(wide.shape)} must throw an error that says so, got '${refused}'`,
    );
  }
}

async function checkRoundTrip({ transform, way, x, parameters }: Case, tolerance: number): Promise<void> {
  const there = await evaluate(transform, way, x, parameters);
  const back = await evaluate(transform, opposite(way), there.value, parameters);
  assertClose(transform, 'round trip', `${opposite(way)} after ${way}`, back.value.data, x.data, tolerance);
  const what = `logDet of ${opposite(way)} against minus that of ${way}`;
  assertClose(transform, 'opposite log-derivatives', what, back.logDet.data, negated(there.logDet.data), tolerance);
}

async function checkDerivative(at: Case, tolerance: number): Promise<void> {
  const { logDet } = await evaluate(at.transform, at.way, at.x, at.parameters);
  const [derivative] = await gradients(at, 0);
  const expected = Array.from(derivative.data, Math.log);
  assertClose(
    at.transform,
    'log-derivative',
    `${at.way}, against the automatic derivative`,
    logDet.data,
    expected,
    tolerance,
  );
}

async function checkIdentity({ transform, way, x }: Case, tolerance: number): Promise<void> {
  const identity = { data: transform.identityParameters, shape: [transform.parameterCount] };
  const { value } = await evaluate(transform, way, x, identity);
  assertClose(transform, 'identity parameters', `${way}: value against x`, value.data, x.data, tolerance);
}

/** From −20 to 20, far beyond where a bounded family of maps is itself. */
async function checkIncreasing({ transform, way, parameters }: Case): Promise<void> {
  const grid = Array.from({ length: 41 }, (_, i) => i - 20);
  const x = { data: Array.from({ length: COUNT }, () => grid).flat(), shape: [COUNT, grid.length] };
  const { value } = await evaluate(transform, way, x, {
    data: parameters.data,
    shape: [COUNT, 1, transform.parameterCount],
  });
  for (let i = 1; i < value.data.length; i++) {
    if (i % grid.length === 0 || value.data[i] > value.data[i - 1]) continue;
    const place = `from ${x.data[i - 1]} to ${x.data[i]}`;
    broken(transform, 'increasing', `${way}: ${place} the value goes from ${value.data[i - 1]} to ${value.data[i]}`);
  }
}

async function checkNaN({ transform, way, x, parameters }: Case): Promise<void> {
  const poisoned = { data: Array.from(x.data, (value, i) => (i === 0 ? Number.NaN : value)), shape: x.shape };
  const clean = await evaluate(transform, way, x, parameters);
  const found = await evaluate(transform, way, poisoned, parameters);
  const expected = Array.from(clean.value.data, (value, i) => (i === 0 ? Number.NaN : value));
  assertClose(transform, 'NaN staying in its element', way, found.value.data, expected, 0);
}

/** All extremes in one batch: elements say nothing of one another. */
async function checkExtremes({ transform, way, parameters }: Case, extreme: number): Promise<void> {
  const factors = [0, 1, 10, extreme];
  const corners = factors.flatMap((factor) => [0, factor, -factor].map((input) => ({ factor, input })));
  const x = {
    data: corners.flatMap(({ input }) => Array.from({ length: COUNT }, () => input)),
    shape: [corners.length, COUNT],
  };
  const signed = corners.flatMap(({ factor }) =>
    Array.from(parameters.data, (value) => (value < 0 ? -factor : factor)),
  );
  const at: Case = { transform, way, x, parameters: { data: signed, shape: [corners.length, ...parameters.shape] } };
  const { value, logDet } = await evaluate(transform, way, x, at.parameters);
  const [byInput, byParameters] = await gradients(at, 1);
  for (const [name, { data }] of Object.entries({
    value,
    logDet,
    'gradient for x': byInput,
    'gradient for the parameters': byParameters,
  })) {
    const place = Array.from(data).findIndex((number) => !Number.isFinite(number));
    if (place < 0) continue;
    const { factor, input } = corners[Math.floor((place * corners.length) / data.length)];
    broken(
      transform,
      'finite extremes',
      `${way}: ${name} must be finite at x = ${input} and parameters of ±${factor}, got ${data[place]}`,
    );
  }
}

async function checkConfig({ transform, way, x, parameters }: Case): Promise<void> {
  const law = 'a configuration that rebuilds';
  const expected = await evaluate(transform, way, x, parameters);
  const found = await evaluate(rebuilt(transform, law), way, x, parameters);
  assertClose(transform, law, `${way}: value`, found.value.data, expected.value.data, 0);
  assertClose(transform, law, `${way}: logDet`, found.logDet.data, expected.logDet.data, 0);
}

function checkMemory({ transform, way, x, parameters }: Case): void {
  const law = 'no leaked tensor';
  const input = toTensor(x);
  const given = toTensor(parameters);
  const before = memory().numTensors;
  const { value, logDet } = apply(transform, way, input, given);
  if (value === input) broken(transform, law, `${way} must return a tensor of its own, got its argument`);
  const leaked = memory().numTensors - before - 2;
  if (leaked !== 0) broken(transform, law, `${way} must leave no tensor behind, got ${leaked}`);
  for (const tensor of [value, logDet, input, given]) tensor.dispose();
}
