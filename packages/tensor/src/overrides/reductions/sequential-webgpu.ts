import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { overNothing } from './empty-reduction.js';
import { reduced } from './reduced-axes.js';
import { foldWgsl } from './shaders.generated.js';
import type { WebGpuBackend } from '../../gpu/backends.js';
import { runThreads } from '../../gpu/run-threads.js';

/** A sequential fold, which begins with the first number. */
interface Fold {
  readonly name: string;
  /** The result for no number at all. */
  readonly ofNothing: number;
  /** An expression of WGSL: `found` with the number `next` taken in. */
  readonly step: string;
  /** An expression of WGSL: the result for what is `found`. Default: `found`. */
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
export function reduceByWebGpu({ name, ofNothing, step, finish = 'found' }: Fold) {
  const reduceNothing = overNothing(ofNothing);
  const code = `
    fn fold(found : f32, next : f32) -> f32 { return ${step}; }
    fn finish(found : f32) -> f32 { return ${finish}; }
    ${foldWgsl}`;
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
