import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { emptyReduction } from './empty-reduction.js';
import { reducedAxes } from './reduced-axes.js';
import { foldWgsl } from './shaders.generated.js';
import type { WebGpuBackend } from '../../gpu/backends.js';
import { runThreads } from '../../gpu/run-threads.js';

/** A sequential fold, which begins with the first element. */
interface Fold {
  readonly name: string;
  /** The result of an empty reduction. */
  readonly empty: number;
  /** A WGSL expression: combines `found` with the element `next`. */
  readonly combine: string;
  /** A WGSL expression of `found`: the result. Default: `found`. */
  readonly result?: string;
}

/** The stock shader has at least as many threads for every result. */
const LARGEST_COUNT = 64;

/**
 * A reduction on webgpu of few elements, or none, by one thread for each result: the stock shader has a workgroup of 64 with six
 * barriers, after a transposition if the reduced axes are not adjacent.
 *
 * @returns a kernel that gives null for many elements, for other types than float32, and for axes that are not adjacent
 */
export function sequentialReduction({ name, empty, combine, result = 'found' }: Fold) {
  const reduceEmpty = emptyReduction(empty);
  const code = `
    fn fold(found : f32, next : f32) -> f32 { return ${combine}; }
    fn resultOf(found : f32) -> f32 { return ${result}; }
    ${foldWgsl}`;
  return (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, backend: WebGpuBackend): TensorInfo | null => {
    const ofEmpty = reduceEmpty(inputs, attrs, backend);
    if (ofEmpty) return ofEmpty;
    const x = inputs.x as TensorInfo;
    const { axes, shape } = reducedAxes(x, attrs);
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
