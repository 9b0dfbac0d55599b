import { BIN_COST, rawOf, Splines } from '../spline/spline-bin';
import { applySplines, applySplinesGradient } from '../spline/spline-tile';
import { AffineForm, applyForm, applyFormGradient } from '../tile/affine-form';
import { UNIT_BYTES } from '../tile/dot';
import { MaskedNetwork } from './structs';

/** Whether something is done with the parameters, which are the result otherwise. */
// @ts-ignore: decorator
@inline
export function hasStep(network: MaskedNetwork): bool {
  return (network.form | network.splines) != 0;
}

/** Cost of one event's steps, in multiplications; an affine one costs next to nothing. */
export function stepCost(network: MaskedNetwork): f64 {
  return network.splines ? BIN_COST * <f64>(changetype<Splines>(network.splines).bins * (network.dim - network.passing)) : 0;
}

/** Where the parameters of a dimension that has some begin, behind those of the first. */
// @ts-ignore: decorator
@inline
export function parametersBefore(network: MaskedNetwork, dimension: i32): usize {
  return <usize>((dimension - network.passing) * network.parameterCount) * UNIT_BYTES;
}

/** Steps a tile through the dimensions from `begin` up to `end`, and adds their log-derivatives to `total`. */
export function applyStep(
  network: MaskedNetwork,
  thread: i32,
  values: usize,
  inputs: usize,
  parameters: usize,
  total: usize,
  begin: i32,
  end: i32,
  lanes: i32,
): void {
  const first = max(begin, network.passing);
  if (begin < first) memory.copy(values + <usize>begin * UNIT_BYTES, inputs + <usize>begin * UNIT_BYTES, <usize>(min(first, end) - begin) * UNIT_BYTES);
  const count = end - first;
  if (count <= 0) return;
  const at = <usize>first * UNIT_BYTES;
  const own = parameters + parametersBefore(network, first);
  if (network.splines) {
    const all = changetype<Splines>(network.splines);
    applySplines(all, rawOf(all, thread), values + at, inputs + at, own, total, count, lanes);
  } else applyForm(changetype<AffineForm>(network.form), values + at, inputs + at, own, total, count);
}

/**
 * The gradients of {@link applyStep}, in the events that there are.
 *
 * @param cotangents of the values; become those of the inputs
 * @param logDet the cotangent of the log-determinant
 * @param residuals the inputs; of an affine step the values, where `isValue`
 * @param gradients of the parameters
 */
export function applyStepGradient(
  network: MaskedNetwork,
  thread: i32,
  cotangents: usize,
  logDet: usize,
  residuals: usize,
  isValue: bool,
  parameters: usize,
  gradients: usize,
  begin: i32,
  end: i32,
  lanes: i32,
): void {
  const first = max(begin, network.passing);
  const count = end - first;
  if (count <= 0) return;
  const at = <usize>first * UNIT_BYTES;
  const before = parametersBefore(network, first);
  if (network.splines) {
    const all = changetype<Splines>(network.splines);
    applySplinesGradient(all, rawOf(all, thread), cotangents + at, logDet, residuals + at, parameters + before, gradients + before, count, lanes);
  } else {
    applyFormGradient(changetype<AffineForm>(network.form), cotangents + at, logDet, residuals + at, isValue, parameters + before, gradients + before, count);
  }
}
