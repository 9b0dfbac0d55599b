import { Tensor, tensor, Variable, zeros } from '@tensorflow/tfjs-core';
import {
  checkBoolean,
  checkIntegers,
  checkNumeric,
  formatShape,
  formatValue,
  type Json,
  makeVariable,
  toFloat,
} from '@pushforward/tensor';

/** Numbers in arrays of one depth and width, such as `[[1, 2], [3, 4]]`. */
export type NestedNumbers = readonly (number | NestedNumbers)[];

/**
 * A distribution's parameter: a number, a nested array of numbers, a `tf.Variable` (found by `variables()` and trained) or
 * a tensor, which stays the caller's. Parameters broadcast against each other.
 */
export type Parameter = number | NestedNumbers | Tensor;

/** The parameter as a tensor, for use under `tf.tidy`. */
export function toTensor(parameter: Parameter): Tensor {
  return parameter instanceof Tensor
    ? toFloat('parameter', parameter)
    : tensor(parameter as number, undefined, 'float32');
}

/** The shape of a parameter, without making a tensor of it. */
export function shapeOf(parameter: Parameter): number[] {
  if (parameter instanceof Tensor) return parameter.shape;
  const shape: number[] = [];
  for (let part: unknown = parameter; Array.isArray(part); part = part[0]) shape.push(part.length);
  return shape;
}

/** The shape that all of these broadcast to. */
export function broadcastShapes(name: string, ...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = new Set(shapes.map((s) => s[axis - rank + s.length] ?? 1).filter((size) => size !== 1));
    if (sizes.size > 1)
      throw new Error(`${name}: parameters must broadcast, got shapes ${shapes.map(formatShape).join(' and ')}`);
    return [...sizes][0] ?? 1;
  });
}

/**
 * Throws unless `x` is of numbers and broadcasts with the batch shape.
 *
 * @param name what the caller calls the argument, as `normal: x`
 */
export function checkBroadcast(name: string, x: Tensor | number, batch: readonly number[]): void {
  if (x instanceof Tensor) checkNumeric(name, x);
  const shape = shapeOf(x);
  const misfit = batch.some((size, i) => {
    const own = shape[shape.length - batch.length + i] ?? 1;
    return own !== size && own !== 1 && size !== 1;
  });
  if (misfit) throw new Error(`${name} must broadcast with ${formatShape(batch)}, got ${formatShape(shape)}`);
}

/** Throws unless every number is positive; the numbers of a tensor are not read back. */
export function checkPositive(name: string, parameter: Parameter): void {
  checkParameter(name, parameter);
  if (parameter instanceof Tensor) return;
  if (typeof parameter !== 'number') for (const part of parameter) checkPositive(name, part);
  else if (!(parameter > 0)) throw new Error(`${name} must be positive, got ${parameter}`);
}

/**
 * A parameter in a module's configuration: numbers as they are, those that JSON lacks as strings, a variable as its shape, to be restored
 * with the weights.
 *
 * @throws Error for a tensor, whose numbers no configuration holds
 */
export function parameterConfig(name: string, parameter: Parameter): Json {
  if (parameter instanceof Variable) return { shape: [...parameter.shape], trainable: parameter.trainable };
  if (parameter instanceof Tensor) throw new Error(`${name}: must be numbers or a variable to be saved, got a tensor`);
  return numbersConfig(parameter);
}

function numbersConfig(numbers: number | NestedNumbers): Json {
  if (typeof numbers !== 'number') return numbers.map(numbersConfig);
  return Number.isFinite(numbers) ? numbers : String(numbers);
}

/** The inverse of {@link parameterConfig}. */
export function parameterFromConfig(config: Json): Parameter {
  if (Array.isArray(config)) return config.map((part) => numbersFromConfig(part));
  if (config === null || typeof config !== 'object') return numbersFromConfig(config);
  const { shape, trainable } = config;
  checkIntegers("a variable's shape", shape, 0);
  checkBoolean('trainable', trainable);
  return makeVariable(shape, () => zeros([...shape]), { trainable });
}

function numbersFromConfig(config: Json): number | NestedNumbers {
  if (Array.isArray(config)) return config.map(numbersFromConfig);
  if (typeof config === 'number') return config;
  if (config === 'NaN' || config === 'Infinity' || config === '-Infinity') return Number(config);
  throw new Error(
    `a parameter must be numbers in lists of one length, or a variable's shape, got ${formatValue(config)}`,
  );
}

/** Throws unless a parameter is a tensor, a number, or numbers in lists of one depth and width. */
export function checkParameter(name: string, parameter: unknown): asserts parameter is Parameter {
  if (parameter instanceof Tensor) return;
  const shape = shapeOf(parameter as Parameter);
  const isFull = (value: unknown, axis: number): boolean =>
    axis === shape.length
      ? typeof value === 'number'
      : Array.isArray(value) && value.length === shape[axis] && value.every((part) => isFull(part, axis + 1));
  if (!isFull(parameter, 0))
    throw new Error(
      `${name} must be a tensor, a number, or numbers in lists of one length, got ${formatValue(parameter)}`,
    );
}
