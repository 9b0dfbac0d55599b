import {
  ActNorm,
  Autoregressive,
  type Bijector,
  Chain,
  Coupling,
  Elementwise,
  EmbedContext,
  Exp,
  Householder,
  Invert,
  LuLinear,
  MapContext,
  Partition,
  Permute,
  Power,
  Scale,
  Shift,
  Sigmoid,
  Softplus,
  Tanh,
} from '@pushforward/bijectors';
import { invertPermutation } from '@pushforward/made';
import { type Mapped, NONE, sumOf } from '../graph/log-det.js';
import { range } from '../networks/block.js';
import { mlpOutput } from '../networks/mlp.js';
import { refuse } from '../refuse.js';
import { emitAutoregressive } from './autoregressive.js';
import { emitCoupling } from './coupling.js';
import { emitExp, emitPower, emitScale, emitShift, emitSigmoid, emitSoftplus, emitTanh } from './elementary.js';
import { emitElementwise } from './elementwise.js';
import { emitActNorm, emitHouseholder, emitLuLinear } from './linear.js';
import type { Emit } from './setting.js';

const emitChain: Emit<Chain> = (setting, { parts }, direction, { value, dim }) => {
  const logDets: Mapped['logDet'][] = [];
  const end = (direction === 'forward' ? parts : parts.toReversed()).reduce((input, part) => {
    const mapped = emitBijector(setting, part, direction, { value: input, dim });
    logDets.push(mapped.logDet);
    return mapped.value;
  }, value);
  return { value: end, logDet: sumOf(logDets) };
};

const emitInvert: Emit<Invert> = (setting, { bijector }, direction, events) =>
  emitBijector(setting, bijector, direction === 'forward' ? 'inverse' : 'forward', events);

/** The context goes through the inverse of a map, which takes none itself. */
const emitMapContext: Emit<MapContext> = (
  { context, ...setting },
  { bijector, map, contextDim },
  direction,
  events,
) => {
  const given = { value: context!, dim: contextDim };
  const { value } = emitBijector(setting, map, 'inverse', given);
  return emitBijector({ ...setting, context: value }, bijector, direction, events);
};

const emitPartition: Emit<Partition> = (setting, partition, direction, { value, dim }) => {
  const { bijectors, sizes, indices, eventRank } = partition;
  if (eventRank !== 1) throw refuse(partition);
  const { graph } = setting;
  const order = indices?.flat() ?? range(0, dim);
  const logDets: Mapped['logDet'][] = [];
  const parts = graph.splitColumns(graph.takeColumns(value, order, dim), sizes).map((part, i) => {
    const bijector = bijectors[i];
    if (bijector === null) return part;
    const mapped = emitBijector(setting, bijector, direction, { value: part, dim: sizes[i] });
    logDets.push(mapped.logDet);
    return mapped.value;
  });
  const together = graph.takeColumns(graph.joinColumns(parts), invertPermutation(order), dim);
  return { value: together, logDet: sumOf(logDets) };
};

const emitPermute: Emit<Permute> = ({ graph }, { permutation }, direction, { value, dim }) => {
  const indices = direction === 'forward' ? permutation : invertPermutation(permutation);
  return { value: graph.takeColumns(value, indices, dim), logDet: NONE };
};

const emitEmbedContext: Emit<EmbedContext> = (setting, { bijector, network }, direction, events) => {
  const { graph, weights, context } = setting;
  const embedded = mlpOutput(graph, network, weights, range(0, network.outputDim), context);
  return emitBijector({ ...setting, context: embedded }, bijector, direction, events);
};

// By the class itself: of a class that extends one of these, the formula is not known.
const EMITTERS = new Map<unknown, Emit<never>>([
  [ActNorm, emitActNorm],
  [Autoregressive, emitAutoregressive],
  [Chain, emitChain],
  [Coupling, emitCoupling],
  [Elementwise, emitElementwise],
  [EmbedContext, emitEmbedContext],
  [Exp, emitExp],
  [Householder, emitHouseholder],
  [Invert, emitInvert],
  [LuLinear, emitLuLinear],
  [MapContext, emitMapContext],
  [Partition, emitPartition],
  [Permute, emitPermute],
  [Power, emitPower],
  [Scale, emitScale],
  [Shift, emitShift],
  [Sigmoid, emitSigmoid],
  [Softplus, emitSoftplus],
  [Tanh, emitTanh],
]);

/**
 * Writes one direction of a bijector of vectors.
 *
 * @throws Error if it, or a part of it, has no form in ONNX
 */
export const emitBijector: Emit<Bijector> = (setting, bijector, direction, events) => {
  const emit = EMITTERS.get(bijector.constructor) as Emit<Bijector> | undefined;
  if (!emit) throw refuse(bijector);
  return emit(setting, bijector, direction, events);
};
