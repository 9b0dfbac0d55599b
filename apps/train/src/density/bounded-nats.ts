import { add, div, log, maximum, minimum, mul, type Tensor } from '@tensorflow/tfjs-core';

/** From so many nats a column on, in units of the standardised column, a row is too unlikely to be learned as others are. */
const UNLIKELY = 20;

/**
 * The negative log-densities of standardised rows, of which those beyond a limit count as `limit · (1 + log(nats / limit))`: their gradients have a bounded size, for
 * a single row would otherwise decide every step that it is in, and which epoch is the best.
 *
 * @param columns how many columns the limit is for
 */
export function boundedNats(nats: Tensor, columns: number): Tensor {
  const limit = UNLIKELY * columns;
  return add(minimum(nats, limit), mul(limit, log(div(maximum(nats, limit), limit))));
}
