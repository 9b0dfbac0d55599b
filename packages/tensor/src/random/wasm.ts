import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Key } from './threefry.js';
import { RANDOM_BYTES } from '../wasm/structs.generated.js';
import type { WasmModule } from '../wasm/wasm-module.js';

/** Attributes of {@link normalKernel}, which has no inputs. */
export interface NormalAttrs {
  readonly key: Key;
  readonly shape: readonly number[];
}

/** Attributes of {@link uniformKernel}: numbers `lower + scale · w` below `upper`, for the upper 24 bits w of random words. */
export interface UniformAttrs extends NormalAttrs {
  readonly lower: number;
  readonly upper: number;
  readonly scale: number;
}

/** Standard normal numbers, the same bit for bit as JavaScript's. */
export const normalKernel = {
  name: 'KeyedNormal',
  wasm: (_: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo => {
    const { key, shape } = attrs as unknown as NormalAttrs;
    const result = wasm.output([...shape]);
    wasm.functions.normal(
      wasm.address(result),
      util.sizeFromShape(result.shape),
      key.high,
      key.low,
      wasm.scratch(RANDOM_BYTES),
    );
    return result;
  },
};

/** Uniform numbers, the same bit for bit as JavaScript's. */
export const uniformKernel = {
  name: 'KeyedUniform',
  wasm: (_: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo => {
    const { key, shape, lower, upper, scale } = attrs as unknown as UniformAttrs;
    const result = wasm.output([...shape]);
    wasm.functions.uniform(
      wasm.address(result),
      util.sizeFromShape(result.shape),
      key.high,
      key.low,
      lower,
      upper,
      scale,
      wasm.scratch(RANDOM_BYTES),
    );
    return result;
  },
};
