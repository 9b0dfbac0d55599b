import type { MixtureForm } from './contract.js';
import { transformKernels } from '../transform-kernels.js';
import { wholeLines } from '../../wasm/arena.js';
import { MixturesStruct, type TransformArraysFields } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** For gradients the numbers are always those on the side of the mixtures, which the inverse has found. */
export const [mixtureKernel, mixtureGradientKernel] = transformKernels<MixtureForm>({
  name: 'MixtureQuantile',
  apply: (wasm, struct) => wasm.functions.mixtures(struct),
  applyGradient: (wasm, struct) => wasm.functions.mixturesGradient(struct),
  structBytes: MixturesStruct.bytes,
  workBytes,
  writeStruct,
});

function workBytes(wasm: WasmModule, { shape }: MixtureForm, parameterCount: number): number {
  return wholeLines(wasm.functions.mixtureWorkBytes(shape.components, parameterCount));
}

function writeStruct(wasm: WasmModule, address: number, form: MixtureForm, arrays: TransformArraysFields): void {
  const { family, components, logScaleBound, affineBound, flattest } = form.shape;
  MixturesStruct.write(wasm.memory, address, arrays, {
    components,
    isGaussian: family === 'gaussian' ? 1 : 0,
    isInverse: form.isInverse ? 1 : 0,
    logScaleBound,
    affineBound,
    flattest,
    workBytes: workBytes(wasm, form, arrays.parameterCount),
  });
}
