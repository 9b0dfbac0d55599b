import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { admit, type BuildModule, checkInstance, checkOneOf, type ModuleConfig, readConfig } from '@pushforward/tensor';
import { Conditioner, type Step, type ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';
import { ElementwiseTransform } from '../contract/elementwise-transform.js';

/** Which direction of an {@link Autoregressive} bijector is one parallel pass; the other one goes dimension by dimension. */
export type Direction = 'forward' | 'inverse';

const DIRECTIONS = ['forward', 'inverse'] as const satisfies Direction[];

/**
 * An elementwise transform of each dimension, with parameters computed from the dimensions before it:
 *
 * - direction `'forward'` (IAF, fast sampling): `yᵢ = T(xᵢ; p(x₍₋ᵢ₎))`, where `x₍₋ᵢ₎` are the dimensions before i in the conditioner's order;
 * - direction `'inverse'` (MAF, fast density): `xᵢ = T⁻¹(yᵢ; p(y₍₋ᵢ₎))`.
 *
 * The Jacobian is triangular in that order, so `log |det| = Σᵢ log |T′|`. The other direction is the conditioner's sequential
 * unrolling, which costs about as much arithmetic as one parallel pass.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * **Numerics**: a row with NaN gives NaN in that row alone.
 *
 * Source: Kingma et al. 2016, "Improving variational inference with inverse autoregressive flow"; Papamakarios, Pavlakou & Murray
 * 2017, "Masked autoregressive flow for density estimation".
 *
 * @throws Error if the conditioner gives another number of parameters than the transform takes, or x, y or context does not fit
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { AffineTransform, Autoregressive } from '@pushforward/bijectors';
 * import { Made } from '@pushforward/made';
 *
 * const conditioner = new Made({ dim: 3, parameterCount: 2, hidden: [16], seed: 0 });
 * const flow = new Autoregressive(conditioner, new AffineTransform(), 'inverse');
 * const { value, logDet } = flow.inverseAndLogDet(tf.zeros([5, 3]));
 * console.log(value.shape, logDet.shape); // [ 5, 3 ] [ 5 ]
 * ```
 */
export class Autoregressive extends Bijector {
  static readonly type: string = 'Autoregressive';
  static override fromConfig(config: ModuleConfig, build: BuildModule): Autoregressive {
    const { direction, name } = readConfig(config, { direction: DIRECTIONS, name: 'text?' });
    return new Autoregressive(
      build(config.conditioner, Conditioner),
      build(config.transform, ElementwiseTransform),
      direction,
      name,
    );
  }

  readonly eventRank = 1;
  override readonly eventShape: readonly number[];
  override readonly contextDim: number;

  /**
   * @param direction which direction is parallel
   * @param name what errors call it
   */
  constructor(
    readonly conditioner: Conditioner,
    readonly transform: ElementwiseTransform,
    readonly direction: Direction,
    readonly name = 'Autoregressive',
  ) {
    super();
    checkInstance(`${name}: conditioner`, conditioner, Conditioner, 'a conditioner');
    checkInstance(`${name}: transform`, transform, ElementwiseTransform, 'an elementwise transform');
    if (conditioner.parameterCount !== transform.parameterCount) {
      throw new Error(
        `${name}: conditioner must give ${transform.parameterCount} parameters a dimension, got ${conditioner.parameterCount}`,
      );
    }
    checkOneOf(`${name}: direction`, direction, DIRECTIONS);
    this.contextDim = conditioner.contextDim;
    this.eventShape = [conditioner.dim];
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    const step = (input: Tensor, parameters: Tensor) => this.transform.forwardAndLogDet(input, parameters);
    return this.#apply(
      'x',
      x,
      context,
      this.direction === 'forward',
      Object.assign(step, { form: this.transform.form?.('forward') }),
    );
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    const step = (input: Tensor, parameters: Tensor) => this.transform.inverseAndLogDet(input, parameters);
    return this.#apply(
      'y',
      y,
      context,
      this.direction === 'inverse',
      Object.assign(step, { form: this.transform.form?.('inverse') }),
    );
  }

  override config(): ModuleConfig {
    return {
      type: Autoregressive.type,
      conditioner: this.conditioner.config(),
      transform: this.transform.config(),
      direction: this.direction,
      name: this.name,
    };
  }

  #apply(name: string, input: Tensor, context: Tensor | undefined, parallel: boolean, step: Step): ValueAndLogDet {
    const { conditioner, contextDim } = this;
    return tidy(() => {
      const given = admit({ name: this.name, argument: name, x: input, event: [conditioner.dim], context, contextDim });
      return parallel
        ? conditioner.transform(given.x, step, given.context)
        : conditioner.unroll(given.x, step, given.context);
    });
  }
}
