import { BIN_COST, rawOf, Splines } from '../spline/spline-bin';
import { applySplines, applySplinesGradient } from '../spline/spline-tile';
import { AffineForm, applyForm, applyFormGradient } from '../tile/affine-form';
import { MaskedNetwork } from './structs';

/** Whether something is done with the parameters, which are the result otherwise. */
// @ts-ignore: decorator
@inline
export function hasStep(network: MaskedNetwork): bool {
  return (network.form | network.splines) != 0;
}

/** What the steps of one event cost, in multiplications; an affine one costs next to nothing. */
export function stepCost(network: MaskedNetwork): f64 {
  return network.splines ? BIN_COST * <f64>(changetype<Splines>(network.splines).bins * network.dim) : 0;
}

/** Steps through `count` dimensions of a tile, and adds their log-derivatives to `total`. */
export function applyStep(network: MaskedNetwork, thread: i32, value: usize, input: usize, parameters: usize, total: usize, count: i32, lanes: i32): void {
  if (network.splines) {
    const all = changetype<Splines>(network.splines);
    applySplines(all, rawOf(all, thread), value, input, parameters, total, count, lanes);
  } else applyForm(changetype<AffineForm>(network.form), value, input, parameters, total, count);
}

/**
 * The gradients of {@link applyStep}, in the events that there are.
 *
 * @param cotangent of the values; becomes that of the inputs
 * @param logDet the cotangent of the log-determinant
 * @param residual the inputs; of an affine step the values, where `isValue`
 * @param gradient of the parameters
 */
export function applyStepGradient(
  network: MaskedNetwork,
  thread: i32,
  cotangent: usize,
  logDet: usize,
  residual: usize,
  isValue: bool,
  parameters: usize,
  gradient: usize,
  count: i32,
  lanes: i32,
): void {
  if (network.splines) {
    const all = changetype<Splines>(network.splines);
    applySplinesGradient(all, rawOf(all, thread), cotangent, logDet, residual, parameters, gradient, count, lanes);
  } else applyFormGradient(changetype<AffineForm>(network.form), cotangent, logDet, residual, isValue, parameters, gradient, count);
}
