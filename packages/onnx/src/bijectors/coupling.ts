import type { Coupling } from '@pushforward/bijectors';
import { invertPermutation } from '@pushforward/made';
import { mlpOutput } from '../networks/mlp.js';
import { range } from '../networks/block.js';
import { transformMap } from '../transforms/transform.js';
import { parameterColumns } from '../transforms/transform-map.js';
import { mappedBy } from './mapped-by.js';
import type { Emit } from './setting.js';

/** Some dimensions transformed by what a network makes of the others. */
export const emitCoupling: Emit<Coupling> = (
  { graph, weights, context },
  { transformed, network, transform },
  direction,
  { value, dim },
) => {
  const map = transformMap(transform, direction);
  const stay = range(0, dim).filter((i) => !transformed.includes(i));
  const stays = stay.length === 0 ? undefined : graph.takeColumns(value, stay, dim);
  const columns = parameterColumns(range(0, transformed.length), map);
  const given = network.contextDim > 0 ? context : undefined;
  const parameters = mlpOutput(graph, network, weights, columns, stays, given);
  const moved = map.apply(graph, graph.takeColumns(value, transformed, dim), parameters, transformed.length);
  const apart = graph.joinColumns(stays === undefined ? [moved.value] : [stays, moved.value]);
  const together = graph.takeColumns(apart, invertPermutation([...stay, ...transformed]), dim);
  return { ...mappedBy(graph, moved), value: together };
};
