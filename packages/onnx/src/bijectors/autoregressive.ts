import type { Autoregressive } from '@pushforward/bijectors';
import { Made } from '@pushforward/made';
import { refuse } from '../refuse.js';
import { range } from '../networks/block.js';
import { parallelParameters } from '../networks/parallel.js';
import { sweep } from '../networks/sweep.js';
import { transformMap } from '../transforms/transform.js';
import { parameterColumns } from '../transforms/transform-map.js';
import { mappedBy } from './mapped-by.js';
import type { Emit } from './setting.js';

/** One pass, or a sweep over the dimensions. */
export const emitAutoregressive: Emit<Autoregressive> = (
  { graph, weights, context },
  { conditioner, transform, direction: parallel },
  direction,
  { value, dim },
) => {
  if (!(conditioner instanceof Made) || conditioner.constructor !== Made) throw refuse(conditioner);
  const map = transformMap(transform, direction);
  const given = conditioner.contextDim > 0 ? context : undefined;
  if (direction !== parallel) return mappedBy(graph, sweep(graph, conditioner, weights, map, value, given));
  const columns = parameterColumns(range(0, dim), map);
  const parameters = parallelParameters(graph, conditioner, weights, columns, value, given);
  return mappedBy(graph, map.apply(graph, value, parameters, dim));
};
