import { add, mul, sum, type Tensor, tidy, type Variable, variable, variableGrads } from '@tensorflow/tfjs-core';
import type { ValueAndLogDet } from '@pushforward/made';
import { readValues, toTensor, type Values } from '@pushforward/tensor/testing';
import { sizeOf } from '@pushforward/tensor';
import type { Bijector } from '../../contract/bijector.js';

/** Which method of a bijector is looked at. */
export type Way = 'forward' | 'inverse';

/** The points at which a bijector is evaluated. */
export interface Point {
  readonly input: Values;
  readonly context?: Values;
}

/** The first `count` rows, under another batch shape. */
export function rows({ data, shape }: Values, batch: readonly number[]): Values {
  const event = shape.slice(1);
  return { data: Array.from(data).slice(0, sizeOf(batch) * sizeOf(event)), shape: [...batch, ...event] };
}

/** The numbers of one row. */
export function rowOf({ data, shape }: Values, row: number): number[] {
  const size = sizeOf(shape.slice(1));
  return Array.from(data).slice(row * size, (row + 1) * size);
}

/** As many rows as asked for, the given ones over and over; nothing of nothing. */
export function repeated(values: Values | undefined, count: number): Values | undefined {
  if (!values) return undefined;
  return {
    data: Array.from({ length: count }, (_, i) => rowOf(values, i % values.shape[0])).flat(),
    shape: [count, ...values.shape.slice(1)],
  };
}

export function apply(bijector: Bijector, way: Way, input: Tensor, context?: Tensor): ValueAndLogDet {
  return way === 'forward' ? bijector.forwardAndLogDet(input, context) : bijector.inverseAndLogDet(input, context);
}

export async function evaluate(
  bijector: Bijector,
  way: Way,
  { input, context }: Point,
): Promise<{ value: Values; logDet: Values }> {
  return readResult(() => apply(bijector, way, toTensor(input), context && toTensor(context)));
}

/** Reads both parts of a result back. */
export async function readResult(run: () => ValueAndLogDet): Promise<{ value: Values; logDet: Values }> {
  const [value, logDet] = await readValues(() => {
    const result = run();
    return [result.value, result.logDet];
  });
  return { value, logDet };
}

/** The gradients of `Σ w · value + Σ v · logDet`; null where the tape finds no connection. */
export interface Gradients {
  readonly input: ArrayLike<number>;
  readonly context: ArrayLike<number>;
  readonly variables: ReadonlyMap<string, ArrayLike<number> | null>;
}

export async function gradients(
  bijector: Bijector,
  way: Way,
  point: Point,
  weights: { value: ArrayLike<number>; logDet: ArrayLike<number> },
  paths: ReadonlyMap<string, Variable>,
): Promise<Gradients> {
  // As variables, the input and the context take part in the same pass as the bijector's own.
  const input = tidy(() => variable(toTensor(point.input)));
  const context = point.context && tidy(() => variable(toTensor(point.context!)));
  const list = [input, ...(context ? [context] : []), ...paths.values()];
  const { value: loss, grads } = variableGrads(() => {
    const { value, logDet } = apply(bijector, way, input, context);
    const weighted = sum(mul(value, toTensor({ data: weights.value, shape: value.shape })));
    return add(weighted, sum(mul(logDet, toTensor({ data: weights.logDet, shape: logDet.shape }))));
  }, list);
  const read = async (of: Variable | undefined) => {
    const gradient = of && grads[of.name];
    return gradient ? Array.from(await gradient.data()) : null;
  };
  const result = {
    input: (await read(input)) ?? zeros(point.input),
    context: (await read(context)) ?? zeros(point.context),
    variables: new Map(await Promise.all([...paths].map(async ([path, of]) => [path, await read(of)] as const))),
  };
  for (const used of [loss, input, ...(context ? [context] : []), ...Object.values(grads)]) used.dispose();
  return result;
}

function zeros(values: Values | undefined): number[] {
  return Array.from({ length: values ? sizeOf(values.shape) : 0 }, () => 0);
}

/** One row's derivatives: `[output][input]`, and `[output][context entry]`. */
export interface Jacobian {
  readonly input: number[][];
  readonly context: number[][];
}

/** The Jacobian of every row of a `[rows, ...event]` point, by one reverse pass over as many copies of the rows as the result has numbers. */
export async function jacobians(bijector: Bijector, way: Way, point: Point): Promise<Jacobian[]> {
  const count = point.input.shape[0];
  const event = point.input.shape.slice(1);
  const n = sizeOf(event);
  const outputs = sizeOf(way === 'forward' ? bijector.forwardEventShape(event) : bijector.inverseEventShape(event));
  const width = point.context ? point.context.shape[1] : 0;
  const copies = outputs * count;
  // Copy `output` of a row asks for the gradient of that number alone.
  const value = Array.from({ length: copies * outputs }, (_, i) =>
    i % outputs === Math.floor(i / (count * outputs)) ? 1 : 0,
  );
  const { input, context } = await gradients(
    bijector,
    way,
    { input: repeated(point.input, copies)!, context: repeated(point.context, copies) },
    { value, logDet: zeros({ data: [], shape: [copies] }) },
    new Map(),
  );
  const byCopy = (data: ArrayLike<number>, size: number, row: number) =>
    Array.from({ length: outputs }, (_, output) => rowOf({ data, shape: [copies, size] }, output * count + row));
  return Array.from({ length: count }, (_, row) => ({
    input: byCopy(input, n, row),
    context: byCopy(context, width, row),
  }));
}
