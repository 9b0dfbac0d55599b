import type { Tensor } from '@tensorflow/tfjs-core';
import { Module } from '@pushforward/tensor';

/** A map of vectors with weights of its own, as an encoder or a decoder holds one. */
export abstract class Network extends Module {
  /** The width of the input. */
  abstract readonly inputDim: number;
  /** The width of the output. */
  abstract readonly outputDim: number;

  /** **Shapes**: `[...batch, inputDim]` → `[...batch, outputDim]`. */
  abstract apply(x: Tensor): Tensor;
}
