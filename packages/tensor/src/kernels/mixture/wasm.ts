import type { MixtureForm } from './contract.js';
import { type TransformArrays, transformKernels } from '../transform-kernels.js';
import { wholeLines } from '../../wasm/arena.js';
import { MixturesStruct } from '../../wasm/structs.generated.js';
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

function writeStruct(wasm: WasmModule, address: number, form: MixtureForm, arrays: TransformArrays): void {
  const { family, components, logScaleBound, affineBound, flattest } = form.shape;
  MixturesStruct.write(wasm.memory, address, {
    rows: arrays.rows,
    parameterCount: arrays.parameterCount,
    input: arrays.input,
    parameters: arrays.parameters,
    value: arrays.value,
    logDet: arrays.logDet,
    inputGradient: arrays.inputGradient,
    parameterGradient: arrays.parameterGradient,
    work: arrays.work,
    components,
    isGaussian: family === 'gaussian' ? 1 : 0,
    isInverse: form.isInverse ? 1 : 0,
    logScaleBound,
    affineBound,
    flattest,
    workBytes: workBytes(wasm, form, arrays.parameterCount),
  });
}
