import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { admit } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';

/** A fixed map of numbers one by one: it owns no variable and takes no context. */
export abstract class NumberMap extends Bijector {
  readonly eventRank = 0;

  /** What errors call it. */
  protected abstract readonly label: string;

  protected abstract map(x: Tensor): ValueAndLogDet;

  protected abstract unmap(y: Tensor): ValueAndLogDet;

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => this.map(admit({ name: this.label, x, event: [], context }).x));
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => this.unmap(admit({ name: this.label, argument: 'y', x: y, event: [], context }).x));
  }
}
