import type { StoredTensor } from '@pushforward/io';
import { formatShape, formatValue } from '@pushforward/tensor';

/** The arrays of a model, by name. */
export type Arrays = ReadonlyMap<string, StoredTensor>;

/** A dense layer: `x·Wᵀ + b`. */
export interface Layer {
  /** Of each output, the weights of its inputs. */
  readonly weights: readonly Float64Array[];
  readonly bias: Float64Array;
}

/** @throws Error if there is no array of that name and rank */
function arrayOf(arrays: Arrays, name: string, rank: number): StoredTensor {
  const found = arrays.get(name);
  if (!found) throw new Error(`importFlow: arrays must hold ${formatValue(name)}`);
  if (found.shape.length !== rank)
    throw new Error(`importFlow: ${formatValue(name)} must have ${rank} axes, got ${formatShape(found.shape)}`);
  return found;
}

/** The numbers of an array of one axis. */
export function vectorOf(arrays: Arrays, name: string, length?: number): Float64Array {
  const { shape, values } = arrayOf(arrays, name, 1);
  if (length !== undefined && shape[0] !== length)
    throw new Error(`importFlow: ${formatValue(name)} must be [${length}], got ${formatShape(shape)}`);
  return Float64Array.from(values);
}

/** The rows of an array of two axes. */
export function rowsOf(arrays: Arrays, name: string): Float64Array[] {
  const { shape, values } = arrayOf(arrays, name, 2);
  const [rows, width] = shape;
  return Array.from({ length: rows }, (_, i) => Float64Array.from(values.subarray(i * width, (i + 1) * width)));
}

/** A layer of PyTorch: `prefix.weight` and `prefix.bias`. */
export function layerOf(arrays: Arrays, prefix: string, inputs: number): Layer {
  const weights = rowsOf(arrays, `${prefix}.weight`);
  if (weights.length === 0 || weights[0].length !== inputs)
    throw new Error(
      `importFlow: ${formatValue(`${prefix}.weight`)} must be [outputs, ${inputs}], got ${formatShape(arrays.get(`${prefix}.weight`)!.shape)}`,
    );
  return { weights, bias: vectorOf(arrays, `${prefix}.bias`, weights.length) };
}
