import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { CustomKernel } from '../../registry/kernel-override.js';
import { NormalDrawStruct } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** {@link normalDraw}: inputs loc and logScale, of one shape, and noise, whose shape ends with it; outputs the draws and their log-densities. */
export const normalDrawKernel: CustomKernel = { name: 'NormalDraw', wasm: runDraw };

/** The gradient of {@link normalDrawKernel}: inputs as there, and the cotangents of both outputs; outputs the gradients of loc and logScale. */
export const normalDrawGradientKernel: CustomKernel = { name: 'NormalDrawGradient', wasm: runGradient };

function runDraw(inputs: NamedTensorInfoMap, _: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const [loc, logScale, noise] = Object.values(inputs) as TensorInfo[];
  const [value, logProb] = [wasm.output(noise.shape), wasm.output(noise.shape.slice(0, -1))];
  const struct = writeStruct(wasm, { loc, logScale, noise, value, logProb });
  if (struct !== undefined) wasm.functions.normalDraw(struct);
  return [value, logProb];
}

function runGradient(inputs: NamedTensorInfoMap, _: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const [loc, logScale, noise, value, logProb] = Object.values(inputs) as TensorInfo[];
  const gradients = [wasm.output(loc.shape), wasm.output(loc.shape)];
  const struct = writeStruct(wasm, { loc, logScale, noise, value, logProb }, gradients);
  if (struct !== undefined) wasm.functions.normalDrawGradient(struct);
  return gradients;
}

type Arrays = Record<'loc' | 'logScale' | 'noise' | 'value' | 'logProb', TensorInfo>;

/** Undefined where there are no rows. */
function writeStruct(wasm: WasmModule, arrays: Arrays, gradients?: TensorInfo[]): number | undefined {
  const { loc, logScale, noise, value, logProb } = arrays;
  const size = loc.shape.at(-1)!;
  const rows = util.sizeFromShape(loc.shape.slice(0, -1));
  if (rows === 0) return undefined;
  const struct = wasm.scratch(NormalDrawStruct.bytes);
  NormalDrawStruct.write(wasm.memory, struct, {
    draws: util.sizeFromShape(logProb.shape) / rows,
    rows,
    size,
    loc: wasm.address(loc),
    logScale: wasm.address(logScale),
    noise: wasm.address(noise),
    value: wasm.address(value),
    logProb: wasm.address(logProb),
    locGradient: gradients ? wasm.address(gradients[0]) : 0,
    logScaleGradient: gradients ? wasm.address(gradients[1]) : 0,
  });
  return struct;
}
