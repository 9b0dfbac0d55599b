import {
  cumprod,
  Cumprod,
  cumsum,
  Cumsum,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type Tensor,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../../registry/kernel-override.js';
import type { WebGpuBackend } from '../../gpu/backends.js';
import { alongEach, ofManyAxes } from '../indexing/many-axes.js';
import { cumulativeWgsl } from './shaders.generated.js';
import { runThreads } from '../../gpu/run-threads.js';

/** `tf.cumsum`; the stock kernel on webgpu reads what it has not written where sums are exclusive, reversed or long. */
export const cumsumKernel: KernelOverride = {
  name: Cumsum,
  reference: ofManyAxes('x', alongAxis(cumsum)),
  webgpu: cumulating(Cumsum, '0.0', '+'),
};

/** `tf.cumprod`, and so the gradient of `tf.prod`; as wrong on webgpu as the cumulative sum. */
export const cumprodKernel: KernelOverride = {
  name: Cumprod,
  reference: ofManyAxes('x', alongAxis(cumprod)),
  webgpu: cumulating(Cumprod, '1.0', '*'),
};

function alongAxis(cumulate: (x: Tensor, axis: number, exclusive: boolean, isReverse: boolean) => Tensor) {
  return (inputs: NamedTensorInfoMap, attrs: NamedAttrMap) => {
    const x = inputs.x as Tensor;
    const axes = util.parseAxisParam(attrs.axis as number, x.shape);
    return alongEach(x, axes, (three) => cumulate(three, 1, attrs.exclusive as boolean, attrs.reverse as boolean));
  };
}

/** A thread for each sequence of numbers. */
function cumulating(name: string, start: string, operator: string): KernelOverride['webgpu'] {
  const code = `
    const START = ${start};
    fn combine(total : f32, next : f32) -> f32 { return total ${operator} next; }
    ${cumulativeWgsl}`;
  return (inputs, attrs, backend) => onWebGpu(`cumulative${name}`, code, inputs, attrs, backend);
}

function onWebGpu(
  name: string,
  code: string,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap,
  backend: WebGpuBackend,
): TensorInfo | null {
  const x = inputs.x as TensorInfo;
  if (x.dtype !== 'float32' || backend.shouldExecuteOnCPU([x])) return null;
  const { axis, exclusive, reverse } = attrs as { axis: number; exclusive: boolean; reverse: boolean };
  const count = x.shape[axis] ?? 1;
  return runThreads(backend, {
    name,
    code,
    inputs: { A: x },
    shape: x.shape,
    threads: util.sizeFromShape(x.shape) / Math.max(1, count),
    integers: {
      count,
      inner: util.sizeFromShape(x.shape.slice(axis + 1)),
      isExclusive: exclusive ? 1 : 0,
      isReverse: reverse ? 1 : 0,
    },
  });
}
