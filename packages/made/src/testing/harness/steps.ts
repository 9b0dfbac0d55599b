import {
  add,
  exp,
  mul,
  reshape,
  slice,
  sum,
  tanh,
  type Tensor,
  tensor1d,
  tensor2d,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Conditioner, Step, ValueAndLogDet } from '../../contract/conditioner.js';

/** `u · exp(½ tanh(Σ sin(p + 1) aₚ)) + Σ cos(p + 1) aₚ`, for any number of parameters a: each of them matters to both results. */
export const affineStep: Step = (input, parameters) => {
  const count = parameters.shape.at(-1)!;
  const mix = (weight: (p: number) => number) =>
    sum(mul(parameters, tensor1d(Array.from({ length: count }, (_, p) => weight(p + 1)))), -1);
  const logScale = mul(tanh(mix(Math.sin)), 0.5);
  return { value: add(mul(input, exp(logScale)), mix(Math.cos)), logDet: logScale };
};

/** The naive way that unrolling replaces: one whole parallel pass for each dimension. */
export function unrollNaively(conditioner: Conditioner, input: Tensor, step: Step, context?: Tensor): ValueAndLogDet {
  const [rows, dim] = input.shape;
  let value: Tensor = zeros([rows, dim]);
  let logDet: Tensor = zeros([rows]);
  for (const dimension of conditioner.order) {
    const all = conditioner.parameters(value, context);
    const parameters = reshape(slice(all, [0, dimension, 0], [rows, 1, conditioner.parameterCount]), [
      rows,
      conditioner.parameterCount,
    ]);
    const chosen = step(reshape(slice(input, [0, dimension], [rows, 1]), [rows]), parameters);
    const unit = tensor2d([Array.from({ length: dim }, (_, i) => (i === dimension ? 1 : 0))]);
    value = add(value, mul(reshape(chosen.value, [rows, 1]), unit));
    logDet = add(logDet, chosen.logDet);
  }
  return { value, logDet };
}
