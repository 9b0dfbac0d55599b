import { transformKernels } from '../transform-kernels.js';
import { AffineFormStruct, AffineMapsStruct } from '../../wasm/structs.generated.js';
import { type AffineForm, writeAffineForm } from './contract.js';

/** `applyAffineForm` of numbers of any shape, each with parameters of its own. */
export const [affineKernel, affineGradientKernel] = transformKernels<AffineForm>({
  name: 'AffineMap',
  apply: (wasm, struct) => wasm.functions.affineMaps(struct),
  applyGradient: (wasm, struct) => wasm.functions.affineMapsGradient(struct),
  structBytes: AffineMapsStruct.bytes + AffineFormStruct.bytes,
  workBytes: () => 0,
  writeStruct: (wasm, address, form, arrays) => {
    const formAddress = address + AffineMapsStruct.bytes;
    writeAffineForm(wasm, formAddress, form);
    AffineMapsStruct.write(wasm.memory, address, arrays, { form: formAddress });
  },
});
