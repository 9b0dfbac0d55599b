import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type AffineForm, applyAffineForm, checkEvent, toFloat } from '@pushforward/tensor';
import { typeOf } from '@pushforward/tensor/kernels';
import type { ValueAndLogDet } from '@pushforward/made';
import { ElementwiseTransform } from '../../contract/elementwise-transform.js';

/** An elementwise transform that both directions have an affine formula of: the formulas are all that a class adds. */
export abstract class AffineFamily extends ElementwiseTransform {
  abstract override form(direction: 'forward' | 'inverse'): AffineForm;

  forwardAndLogDet(x: Tensor, parameters: Tensor): ValueAndLogDet {
    return this.#apply('forward', 'x', x, parameters);
  }

  inverseAndLogDet(y: Tensor, parameters: Tensor): ValueAndLogDet {
    return this.#apply('inverse', 'y', y, parameters);
  }

  #apply(direction: 'forward' | 'inverse', argument: string, input: Tensor, parameters: Tensor): ValueAndLogDet {
    const name = typeOf(this);
    checkEvent(`${name}: parameters`, parameters.shape, [this.parameterCount]);
    return tidy(() => {
      const numbers = toFloat(`${name}: ${argument}`, input);
      return applyAffineForm(this.form(direction), numbers, toFloat(`${name}: parameters`, parameters));
    });
  }
}
