import { concat, reshape, slice, type Tensor, tidy } from '@tensorflow/tfjs-core';
import {
  checkOptions,
  admit,
  type BuildModule,
  checkInstance,
  formatShape,
  type ModuleConfig,
  readConfig,
  sumTrailing,
} from '@pushforward/tensor';
import { Network, type ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';
import { ElementwiseTransform } from '../contract/elementwise-transform.js';

/** Options of {@link ImageCoupling}. */
export interface ImageCouplingOptions {
  /** From the channels that stay, an image of their own, to the parameters of the others: for each channel all of its parameters. */
  network: Network;
  /** The map of each transformed number. */
  transform: ElementwiseTransform;
  /** Which channels are transformed: the last ones of each pixel, or the first. Default `'last'`. */
  transformed?: 'first' | 'last';
}

/**
 * A coupling layer of images: some channels stay, the others are transformed with parameters that a network computes from those that stay, at every pixel from
 * its neighbourhood.
 *
 * With an affine transform, and the transformed channels left alone afterwards, it is the split prior of a multiscale flow: a Gaussian of the channels that leave the
 * flow, given those that go on.
 *
 * **Shapes**: x and y `[...batch, height, width, channels]`, where the network reads the channels that stay and gives P for each of the others; `logDet` `[...batch]`,
 * context `[...batch, C]` or with a batch shape that broadcasts with that of x. **Units**: nats.
 *
 * Source: Dinh, Sohl-Dickstein & Bengio 2017, "Density estimation using Real NVP", section 3.4; Kingma & Dhariwal 2018, "Glow: generative flow with invertible 1×1
 * convolutions", section 3.3 and, for the split prior, its published program.
 *
 * @throws Error unless the network maps images to images of the same size, and gives as many parameters as the transform takes
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { AffineTransform, ImageCoupling } from '@pushforward/bijectors';
 * import { ResNet } from '@pushforward/made';
 *
 * // Of four channels two stay; the other two take two parameters each.
 * const network = new ResNet({ inputShape: [8, 8, 2], channels: 16, outputChannels: 4, init: 'identity', seed: 0 });
 * const layer = new ImageCoupling({ network, transform: new AffineTransform() });
 * console.log(layer.forward(tf.zeros([5, 8, 8, 4])).shape); // [ 5, 8, 8, 4 ]
 * ```
 */
export class ImageCoupling extends Bijector {
  static readonly type: string = 'ImageCoupling';
  static override fromConfig(config: ModuleConfig, build: BuildModule): ImageCoupling {
    return new ImageCoupling({
      network: build(config.network, Network),
      transform: build(config.transform, ElementwiseTransform),
      ...readConfig(config, { transformed: ['first', 'last'] }),
    });
  }

  readonly eventRank = 3;
  override readonly eventShape: readonly number[];
  override readonly contextDim: number;
  readonly network: Network;
  readonly transform: ElementwiseTransform;
  readonly transformed: 'first' | 'last';

  constructor(options: ImageCouplingOptions) {
    super();
    checkOptions('ImageCoupling', options, ['network', 'transform', 'transformed']);
    const { network, transform, transformed = 'last' } = options;
    checkInstance('ImageCoupling: network', network, Network, 'a network');
    checkInstance('ImageCoupling: transform', transform, ElementwiseTransform, 'an elementwise transform');
    if (transformed !== 'first' && transformed !== 'last')
      throw new Error(`ImageCoupling: transformed must be 'first' or 'last', got ${String(transformed)}`);
    const { inputShape, outputShape } = network;
    const [height, width, stays] = inputShape;
    const count = outputShape[2] / transform.parameterCount;
    const isImage = inputShape.length === 3 && outputShape.length === 3;
    if (!isImage || height !== outputShape[0] || width !== outputShape[1] || !Number.isInteger(count)) {
      throw new Error(
        `ImageCoupling: network must map images to images of the same size and of a multiple of ${transform.parameterCount} channels, got ${formatShape(inputShape)} to ${formatShape(outputShape)}`,
      );
    }
    this.network = network;
    this.transform = transform;
    this.transformed = transformed;
    this.eventShape = [height, width, stays + count];
    this.contextDim = network.contextDim;
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return this.#apply('x', x, context, (input, parameters) => this.transform.forwardAndLogDet(input, parameters));
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return this.#apply('y', y, context, (input, parameters) => this.transform.inverseAndLogDet(input, parameters));
  }

  override config(): ModuleConfig {
    return {
      type: ImageCoupling.type,
      network: this.network.config(),
      transform: this.transform.config(),
      transformed: this.transformed,
    };
  }

  #apply(
    argument: string,
    x: Tensor,
    context: Tensor | undefined,
    apply: (input: Tensor, parameters: Tensor) => ValueAndLogDet,
  ): ValueAndLogDet {
    const { eventShape, contextDim, network, transform } = this;
    return tidy(() => {
      const given = admit({ name: 'ImageCoupling', argument, x, event: eventShape, context, contextDim });
      const axis = given.x.rank - 1;
      const staying = network.inputShape[2];
      const moving = eventShape[2] - staying;
      const isLast = this.transformed === 'last';
      const part = (begin: number, size: number) =>
        slice(
          given.x,
          given.x.shape.map((_, i) => (i === axis ? begin : 0)),
          given.x.shape.with(axis, size),
        );
      const stays = part(isLast ? 0 : moving, staying);
      const moves = part(isLast ? staying : 0, moving);
      const flat = network.apply(stays, given.context);
      const parameters = reshape(flat, [...flat.shape.slice(0, -1), moving, transform.parameterCount]);
      const { value, logDet } = apply(moves, parameters);
      return { value: concat(isLast ? [stays, value] : [value, stays], axis), logDet: sumTrailing(logDet, 3) };
    });
  }
}
