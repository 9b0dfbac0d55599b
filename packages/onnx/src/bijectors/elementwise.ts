import type { Elementwise } from '@pushforward/bijectors';
import { range, takeBlock } from '../networks/block.js';
import { transformMap } from '../transforms/transform.js';
import { parameterColumns } from '../transforms/transform-map.js';
import { mappedBy } from './mapped-by.js';
import type { Emit } from './setting.js';

/** A transform with parameters of its own, the same for every event. */
export const emitElementwise: Emit<Elementwise> = (
  { graph, weights },
  { transform, parameters, eventShape },
  direction,
  { value, dim },
) => {
  const map = transformMap(transform, direction);
  const own = weights.of(parameters);
  // One map for every number, or one for each of a vector's.
  const numbers = eventShape.length === 0 ? range(0, dim).map(() => 0) : range(0, dim);
  const columns = parameterColumns(numbers, map);
  const row = graph.floats(takeBlock(own, own.length, [0], columns), [1, columns.length]);
  const given = map.layout === 'by parameter' ? row : graph.inEveryRow(row);
  return mappedBy(graph, map.apply(graph, value, given, dim));
};
