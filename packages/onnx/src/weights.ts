import type { Tensor } from '@tensorflow/tfjs-core';
import { MultivariateNormalDiag, Normal } from '@pushforward/distributions';
import { MaskedLinear } from '@pushforward/made';
import type { Module } from '@pushforward/tensor';

/** The numbers that a model is made of, read back from the backend. */
export interface Weights {
  /** Of a variable. */
  of(variable: Tensor): Float32Array;
  /** Those of a masked layer as they act, `[inputs, outputs]`. */
  ofMasked(layer: MaskedLinear): Float32Array;
  /** Mean and standard deviation of a normal base. */
  ofNormal(base: Normal | MultivariateNormalDiag): { loc: Float32Array; scale: Float32Array };
}

/** Reads all numbers of a module. */
export async function readWeights(module: Module): Promise<Weights> {
  const variables = new Map<Tensor, Float32Array>();
  for (const variable of module.variables().values()) variables.set(variable, await variable.data<'float32'>());
  const masked = new Map<Module, Float32Array>();
  const normals = new Map<Module, { loc: Float32Array; scale: Float32Array }>();
  for (const part of module.modulePaths().values()) {
    if (part instanceof MaskedLinear) masked.set(part, await read(part.effectiveWeights()));
    if (part instanceof Normal || part instanceof MultivariateNormalDiag)
      normals.set(part, { loc: await read(part.mean()), scale: await read(part.stddev()) });
  }
  return {
    of: (variable) => variables.get(variable)!,
    ofMasked: (layer) => masked.get(layer)!,
    ofNormal: (base) => normals.get(base)!,
  };
}

async function read(tensor: Tensor): Promise<Float32Array> {
  const values = await tensor.data<'float32'>();
  tensor.dispose();
  return values;
}
