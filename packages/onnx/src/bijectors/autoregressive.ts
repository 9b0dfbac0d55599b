import {
  AttentionConditioner,
  type Autoregressive,
  LstmConditioner,
  type SequenceConditioner,
} from '@pushforward/bijectors';
import { Made } from '@pushforward/made';
import { refuse } from '../refuse.js';
import { range } from '../networks/block.js';
import { parallelParameters } from '../networks/parallel.js';
import { attention } from '../networks/sequence/attention.js';
import { lstm } from '../networks/sequence/lstm.js';
import { type Advance, recurrence, type SequenceSetting } from '../networks/sequence/recurrence.js';
import { unroll } from '../networks/unroll.js';
import { transformMap } from '../transforms/transform.js';
import { parameterColumns } from '../transforms/transform-map.js';
import { mappedBy } from './mapped-by.js';
import type { Emit } from './setting.js';

// By the class itself: of a class that extends one of these, the formula is not known.
const SEQUENCES = new Map<unknown, (setting: SequenceSetting, conditioner: never) => Advance>([
  [AttentionConditioner, attention],
  [LstmConditioner, lstm],
]);

/** One pass, or one dimension after another. */
export const emitAutoregressive: Emit<Autoregressive> = (
  { graph, weights, context },
  { conditioner, transform, direction: parallel },
  direction,
  { value, dim },
) => {
  const map = transformMap(transform, direction);
  const isSequential = direction !== parallel;
  const given = conditioner.contextDim > 0 ? context : undefined;
  if (conditioner instanceof Made && conditioner.constructor === Made) {
    if (isSequential) return mappedBy(graph, unroll(graph, conditioner, weights, map, value, given));
    const columns = parameterColumns(range(0, dim), map);
    const parameters = parallelParameters(graph, conditioner, weights, columns, value, given);
    return mappedBy(graph, map.apply(graph, value, parameters, dim));
  }
  const network = SEQUENCES.get(conditioner.constructor);
  if (!network) throw refuse(conditioner);
  const setting = { graph, weights, context: given };
  const sequence = conditioner as SequenceConditioner;
  return mappedBy(graph, recurrence(setting, sequence, network(setting, sequence as never), map, value, isSequential));
};
