import { add, reshape, type Tensor, type Tensor1D, type Tensor2D, zeros } from '@tensorflow/tfjs-core';
import { checkEvent, formatShape, toFloat } from '@pushforward/tensor';

/**
 * Elements `[...]` and parameters `[..., count]` that broadcast to them, as `[N]` and `[N, count]`: what a transform that needs
 * more axes for its own work can count on, TensorFlow.js having six at most.
 *
 * @param name what errors call the transform
 * @throws Error if the last axis of the parameters is not `count`
 */
export function toRows(
  name: string,
  x: Tensor,
  parameters: Tensor,
  count: number,
): { x: Tensor1D; parameters: Tensor2D } {
  checkEvent(`${name}: parameters`, parameters.shape, [count]);
  const shape = [...x.shape, count];
  const own = toFloat(`${name}: parameters`, parameters);
  const whole = formatShape(shape) === formatShape(own.shape) ? own : add(own, zeros(shape));
  return { x: reshape(toFloat(`${name}: x`, x), [x.size]), parameters: reshape(whole, [x.size, count]) };
}
