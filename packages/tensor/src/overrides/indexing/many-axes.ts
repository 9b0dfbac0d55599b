import {
  type NamedAttrMap,
  type NamedTensorInfoMap,
  pad,
  PadV2,
  reshape,
  reverse,
  Reverse,
  Select,
  type Tensor,
  type TensorInfo,
  tidy,
  util,
  where,
} from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../../registry/kernel-override.js';

// Stock webgl kernels are written for up to four axes: of more they refuse some, and make shaders that no driver compiles of others. Each of these
// operations is one on fewer axes.

const MOST_AXES = 4;

/** `tf.where` */
export const selectKernel: KernelOverride = { name: Select, reference: ofManyAxes('t', select) };

/** `tf.pad` */
export const padKernel: KernelOverride = { name: PadV2, reference: ofManyAxes('x', padAxisByAxis) };

/** `tf.reverse` */
export const reverseKernel: KernelOverride = { name: Reverse, reference: ofManyAxes('x', reverseAxisByAxis) };

/** The stock kernel, and beyond {@link MOST_AXES} another way to compute the same; `name` is that of an input that has all the axes. */
export function ofManyAxes(
  name: string,
  compute: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap) => TensorInfo,
): KernelOverride['reference'] {
  return (inputs, attrs, stock) =>
    inputs[name]!.shape.length <= MOST_AXES ? stock(inputs, attrs) : compute(inputs, attrs);
}

function select(inputs: NamedTensorInfoMap): Tensor {
  const { condition, t, e } = inputs as Record<string, Tensor>;
  // A condition of one axis is for the first.
  const shape = condition.rank === t.rank ? [t.size] : [t.shape[0], util.sizeFromShape(t.shape.slice(1))];
  return tidy(() => {
    const flat = condition.rank === t.rank ? reshape(condition, shape) : condition;
    return reshape(where(flat, reshape(t, shape), reshape(e, shape)), t.shape);
  });
}

function padAxisByAxis(inputs: NamedTensorInfoMap, attrs: NamedAttrMap): Tensor {
  const { paddings, constantValue } = attrs as unknown as { paddings: [number, number][]; constantValue: number };
  const axes = paddings.flatMap((padding, axis) => (padding.some((count) => count > 0) ? [axis] : []));
  return alongEach(inputs.x as Tensor, axes, (three, axis) =>
    pad(three, [[0, 0], paddings[axis], [0, 0]], constantValue),
  );
}

function reverseAxisByAxis(inputs: NamedTensorInfoMap, attrs: NamedAttrMap): Tensor {
  const x = inputs.x as Tensor;
  const axes = util.parseAxisParam(attrs.dims as number[], x.shape);
  return alongEach(x, axes, (three) => reverse(three, 1));
}

/** Applies an operation along one axis after the other, each time as the second of three. */
export function alongEach(x: Tensor, axes: readonly number[], apply: (three: Tensor, axis: number) => Tensor): Tensor {
  return tidy(() => {
    let result: Tensor = reshape(x, x.shape);
    for (const axis of axes) {
      const [before, after] = [result.shape.slice(0, axis), result.shape.slice(axis + 1)];
      const three = [util.sizeFromShape(before), result.shape[axis], util.sizeFromShape(after)];
      const applied = apply(reshape(result, three), axis);
      result = reshape(applied, [...before, ...applied.shape.slice(1, 2), ...after]);
    }
    return result;
  });
}
