import { checkOptions, type AffineForm, checkNumber, type ModuleConfig, readConfig } from '@pushforward/tensor';
import { AffineFamily } from './affine-family.js';

/** Options of {@link GateTransform}. */
export interface GateTransformOptions {
  /**
   * Added to the gate's logit, as a forget-gate bias: a fresh flow has σ = sigmoid(forgetBias). Default 2, that is σ = 0.88: near
   * the identity, yet far enough from saturation to learn at once. At 0 every layer would halve its input.
   */
  forgetBias?: number;
  /**
   * The bound of the logit's distance from `forgetBias`; the raw parameter is bent towards it by a tanh. Default 7:
   * σ stays above sigmoid(−5) = 0.0067, so that no layer shrinks a dimension more than 150-fold.
   */
  bound?: number;
}

/**
 * `y = σ·x + (1 − σ)·m` with `σ = sigmoid(forgetBias + bound · tanh(raw / bound))`, and log-derivative `log σ`: the update of the
 * inverse autoregressive flow, a contraction towards m.
 *
 * The parameters are `(m, raw)`; both 0 is `y = sigmoid(forgetBias) · x`, as near to the identity as it starts.
 *
 * **Shapes**: x and y `[...]`, parameters `[..., 2]`. **Units**: nats.
 *
 * **Numerics**: computed as `m + (x − m)·exp(±log σ)`. The inverse divides by σ, which the bound keeps from 0: an error of one unit
 * in the last place of y or m grows at most `1 + exp(bound − forgetBias)`-fold, 150 by default.
 *
 * Source: Kingma et al. 2016, "Improving variational inference with inverse autoregressive flow", equations 12 to 14, and the
 * positive start of the gate in section 4; the bound is ours.
 *
 * @throws Error if `forgetBias` is not finite, `bound` is not positive and finite, or the last axis of the parameters is not 2
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { GateTransform } from '@pushforward/bijectors';
 *
 * const gate = new GateTransform({ forgetBias: 0 });
 * const { value } = gate.forwardAndLogDet(tf.tensor1d([4]), tf.tensor2d([[2, 0]]));
 * console.log(await value.array()); // about [3]
 * ```
 */
export class GateTransform extends AffineFamily {
  static readonly type: string = 'GateTransform';
  static override fromConfig(config: ModuleConfig): GateTransform {
    return new GateTransform(readConfig(config, { forgetBias: 'number', bound: 'number' }));
  }

  readonly parameterCount = 2;
  readonly identityParameters = [0, 0];
  readonly forgetBias: number;
  readonly bound: number;

  constructor(options: GateTransformOptions = {}) {
    super();
    checkOptions('GateTransform', options, ['forgetBias', 'bound']);
    const { forgetBias = 2, bound = 7 } = options;
    checkNumber('GateTransform: forgetBias', forgetBias);
    checkNumber('GateTransform: bound', bound, { above: 0 });
    this.forgetBias = forgetBias;
    this.bound = bound;
  }

  override form(direction: 'forward' | 'inverse'): AffineForm {
    return {
      logScale: 'gate',
      bound: this.bound,
      bias: this.forgetBias,
      sign: direction === 'forward' ? 1 : -1,
      before: 1,
      after: 1,
    };
  }

  override config(): ModuleConfig {
    return { type: GateTransform.type, forgetBias: this.forgetBias, bound: this.bound };
  }
}
