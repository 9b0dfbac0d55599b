import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { ActivationId, EpilogueStruct } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** What becomes of a matrix product: `activation(product + bias)`. */
export interface Finish {
  /** One number for each column. */
  readonly bias?: TensorInfo;
  readonly activation: FinishActivation;
  /** The factor of negative numbers, for `'leak'`. */
  readonly leak?: number;
  /** Where what the activation is given is kept, if it is: of the product's shape. */
  readonly kept?: TensorInfo;
}

/** An activation that a product may end with: hidden units', and those of TensorFlow.js's dense layers. */
export type FinishActivation = keyof typeof ActivationId;

/** Writes what the kernels need to finish the product at an address. */
export function writeFinish(
  address: number,
  { bias, activation, leak = 0, kept }: Finish,
  product: number,
  wasm: WasmModule,
): void {
  EpilogueStruct.write(wasm.memory, address, {
    bias: bias ? wasm.address(bias) : 0,
    activation: ActivationId[activation],
    leak,
    keeps: kept ? 1 : 0,
    keptDistance: kept ? wasm.address(kept) - product : 0,
  });
}

/** Finishes a product `[..., columns]` in place. */
export function finishProduct(product: TensorInfo, finish: Finish, wasm: WasmModule): void {
  const columns = product.shape.at(-1)!;
  const size = util.sizeFromShape(product.shape);
  if (size === 0) return;
  const at = wasm.scratch(EpilogueStruct.bytes);
  const address = wasm.address(product);
  writeFinish(at, finish, address, wasm);
  wasm.functions.finish(at, address, size / columns, columns);
}
