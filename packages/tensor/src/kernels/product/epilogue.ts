import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { ActivationId, EpilogueStruct } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** The last step of a matrix product: `activation(product + bias)`. */
export interface Epilogue {
  /** One number for each column. */
  readonly bias?: TensorInfo;
  readonly activation: EpilogueActivation;
  /** The factor of negative numbers, for `'leak'`. */
  readonly leak?: number;
  /** A tensor of the product's shape that takes the activation's input, for the gradient. */
  readonly residual?: TensorInfo;
}

/** An activation that a product may end with: hidden units', and those of TensorFlow.js's dense layers. */
export type EpilogueActivation = keyof typeof ActivationId;

/** Writes the epilogue of a product at an address. */
export function writeEpilogue(
  address: number,
  { bias, activation, leak = 0, residual }: Epilogue,
  product: number,
  wasm: WasmModule,
): void {
  EpilogueStruct.write(wasm.memory, address, {
    bias: bias ? wasm.address(bias) : 0,
    activation: ActivationId[activation],
    leak,
    hasResidual: residual ? 1 : 0,
    residualOffset: residual ? wasm.address(residual) - product : 0,
  });
}

/** Applies an epilogue to a product `[..., columns]` in place. */
export function applyEpilogue(product: TensorInfo, epilogue: Epilogue, wasm: WasmModule): void {
  const columns = product.shape.at(-1)!;
  const size = util.sizeFromShape(product.shape);
  if (size === 0) return;
  const at = wasm.scratch(EpilogueStruct.bytes);
  const address = wasm.address(product);
  writeEpilogue(at, epilogue, address, wasm);
  wasm.functions.epilogue(at, address, size / columns, columns);
}
