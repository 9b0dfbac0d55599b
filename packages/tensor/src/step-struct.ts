import type { AffineForm } from './masked-network.js';
import type { WasmModule } from './wasm/wasm-module.js';

/** As the kernels count them. */
export const logScaleKinds = ['none', 'raw', 'bounded', 'gate'] as const;

/** Bytes of the structure `Step` of `assembly/step.ts`. */
export const STEP_BYTES = 4 * 6;

/** Writes a form for the kernels that step with it. */
export function writeStep(
  wasm: WasmModule,
  address: number,
  { logScale, bound = 1, bias = 0, sign, before, after }: AffineForm,
): void {
  wasm.words(address)[0] = logScaleKinds.indexOf(logScale);
  wasm.floats(address + 4).set([bound, bias, sign, before, after]);
}
