import {
  ActNorm,
  Autoregressive,
  type Bijector,
  Chain,
  Coupling,
  Elementwise,
  EmbedContext,
  Householder,
  Invert,
  LuLinear,
  Permute,
} from '@pushforward/bijectors';
import { invertPermutation } from '@pushforward/made';
import { type Mapped, NONE, sumOf } from '../graph/log-det.js';
import { range } from '../networks/block.js';
import { mlpOutput } from '../networks/mlp.js';
import { refuse } from '../refuse.js';
import { emitAutoregressive } from './autoregressive.js';
import { emitCoupling } from './coupling.js';
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
  [Householder, emitHouseholder],
  [Invert, emitInvert],
  [LuLinear, emitLuLinear],
  [Permute, emitPermute],
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
