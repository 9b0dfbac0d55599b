import type { AffineForm } from './affine/contract.js';
import type { SplineForm } from './spline/contract.js';

/** The map of one number by its parameters, as a formula that kernels know: an affine map, or a rational-quadratic spline. */
export type StepForm = AffineForm | SplineForm;

/**
 * Whether a step is a spline, and not an affine map.
 *
 * @example
 * ```ts
 * import { isSplineForm } from '@pushforward/tensor/kernels';
 *
 * console.log(isSplineForm({ logScale: 'raw', sign: 1, before: 0, after: 1 })); // false
 * ```
 */
export function isSplineForm(form: StepForm): form is SplineForm {
  return 'shape' in form;
}
