import type { Tensor } from '@tensorflow/tfjs-core';
import type { ModuleConfig, SplineForm } from '@pushforward/tensor';
import { typeOf } from '@pushforward/tensor/kernels';
import type { ValueAndLogDet } from '@pushforward/made';
import { ElementwiseTransform } from '../../contract/elementwise-transform.js';
import { applySpline, type Spline } from './spline.js';

/** A transform by a rational-quadratic spline, whose parameters 0 are the identity. */
export abstract class SplineTransform extends ElementwiseTransform {
  readonly parameterCount: number;
  readonly identityParameters: readonly number[];
  readonly #spline: Spline;

  constructor(spline: Spline) {
    super();
    this.parameterCount = spline.parameterCount;
    this.identityParameters = Array.from({ length: spline.parameterCount }, () => 0);
    this.#spline = spline;
  }

  override form(direction: 'forward' | 'inverse'): SplineForm {
    return { shape: this.#spline.shape, isInverse: direction === 'inverse' };
  }

  forwardAndLogDet(x: Tensor, parameters: Tensor): ValueAndLogDet {
    return applySpline(this.#spline, 'forward', x, parameters);
  }

  inverseAndLogDet(y: Tensor, parameters: Tensor): ValueAndLogDet {
    return applySpline(this.#spline, 'inverse', y, parameters);
  }

  override config(): ModuleConfig {
    return { type: typeOf(this), ...this.#spline.shape };
  }
}
