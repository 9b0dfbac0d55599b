import { mul, tensor2d, type Variable } from '@tensorflow/tfjs-core';
import { type Key, makeVariable, uniform } from '@pushforward/tensor';

/**
 * A matrix of weights drawn evenly between −bound and bound.
 *
 * @param bounds one bound for each row, or one for all
 */
export function uniformVariable(
  key: Key,
  shape: readonly [number, number],
  bounds: number | readonly number[],
): Variable {
  return makeVariable(shape, () => {
    const drawn = uniform(key, shape, { minval: -1 });
    return mul(drawn, typeof bounds === 'number' ? bounds : tensor2d(bounds.map((bound) => [bound])));
  });
}
