import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { overNothing } from './empty-reduction.js';
import { reduced } from './reduced-axes.js';
import type { WebGpuBackend } from '../../gpu/backends.js';
import { runThreads } from '../../gpu/run-threads.js';

/** What is made of one number after the other. */
interface Folding {
  readonly name: string;
  /** What no number at all makes. */
  readonly ofNothing: number;
  /** Takes `next` into `found`, which begins with the first number. */
  readonly step: string;
  /** What becomes of `found` at the end. Default: nothing. */
  readonly finish?: string;
}

/** The stock shader has at least as many threads for every result. */
const LARGEST_COUNT = 64;

/**
 * A reduction on webgpu of few numbers, or none, by one thread for each result: in the stock shader a workgroup of 64 waits for itself
 * six times, after a transposition of what does not lie side by side.
 *
 * @returns a kernel that gives null for many numbers, other types than float32, and axes that do not lie side by side
 */
export function reduceByWebGpu({ name, ofNothing, step, finish = '' }: Folding) {
  const reduceNothing = overNothing(ofNothing);
  const code = `
    fn main(index : i32) {
      if (index >= uniforms.size) { return; }
      let first = index / uniforms.inner * uniforms.count * uniforms.inner + index % uniforms.inner;
      var found = A[first];
      for (var i = 1; i < uniforms.count; i++) {
        let next = A[first + i * uniforms.inner];
        ${step}
      }
      ${finish}
      result[index] = found;
    }
  `;
  return (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, backend: WebGpuBackend): TensorInfo | null => {
    const nothing = reduceNothing(inputs, attrs, backend);
    if (nothing) return nothing;
    const x = inputs.x as TensorInfo;
    const { axes, shape } = reduced(x, attrs);
    const [begin, end] = [axes[0], axes.at(-1)! + 1];
    const count = util.sizeFromShape(x.shape.slice(begin, end));
    const isApart = axes.length === 0 || end - begin !== axes.length;
    if (isApart || count > LARGEST_COUNT || x.dtype !== 'float32' || backend.shouldExecuteOnCPU([x])) return null;
    return runThreads(backend, {
      name: `reduceFew${name}`,
      code,
      inputs: { A: x },
      shape,
      integers: { count, inner: util.sizeFromShape(x.shape.slice(end)) },
    });
  };
}
