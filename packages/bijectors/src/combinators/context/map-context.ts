import type { Tensor } from '@tensorflow/tfjs-core';
import { type BuildModule, checkInstance, formatShape, type ModuleConfig } from '@pushforward/tensor';
import { Bijector } from '../../contract/bijector.js';
import { ChangedContext } from './changed-context.js';

/**
 * A bijector whose context is in units of its own: it goes through the inverse of a map before the bijector sees it.
 *
 * `y = f(x; g⁻¹(c))`, with the log-determinant of `f` alone, for the context is given. With `g` an `affine` of the contexts' mean and deviation it
 * is their standardisation kept inside the model, as an `affine` at the end of a chain is that of the data.
 *
 * **Shapes**: those of the bijector; the context is `[...batch, C]`, events of the map. **Units**: nats.
 *
 * @throws Error if the bijector takes no context, the map takes one, or the map does not make vectors of vectors of the width that the bijector takes
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { affine, maf, MapContext } from '@pushforward/bijectors';
 *
 * const flow = maf({ dim: 3, contextDim: 1, hidden: [16], seed: 0 });
 * const inYears = new MapContext(flow, affine({ loc: [1990], scale: [20] }));
 * console.log(inYears.forward(tf.zeros([5, 3]), tf.tensor1d([2010])).shape); // [ 5, 3 ]
 * ```
 */
export class MapContext extends ChangedContext {
  static readonly type: string = 'MapContext';
  static override fromConfig(config: ModuleConfig, build: BuildModule): MapContext {
    return new MapContext(build(config.bijector, Bijector), build(config.map, Bijector));
  }

  override readonly contextDim: number;

  constructor(
    bijector: Bijector,
    readonly map: Bijector,
  ) {
    super('MapContext', bijector);
    checkInstance('MapContext: map', map, Bijector, 'a bijector');
    if (map.contextDim > 0)
      throw new Error(`MapContext: map must take no context, got one of contextDim ${map.contextDim}`);
    const width = [bijector.contextDim];
    const event = map.eventShape ?? width;
    if (map.eventRank > 1 || event.length !== 1 || event[0] !== width[0])
      throw new Error(
        `MapContext: map must take events of ${formatShape(width)}, got ${formatShape(event)} with eventRank ${map.eventRank}`,
      );
    const given = map.forwardEventShape(width);
    if (given.length !== 1) throw new Error(`MapContext: map must give vectors, got ${formatShape(given)}`);
    this.contextDim = given[0];
  }

  override config(): ModuleConfig {
    return { type: MapContext.type, bijector: this.bijector.config(), map: this.map.config() };
  }

  protected override change(context: Tensor): Tensor {
    return this.map.inverse(context);
  }
}
