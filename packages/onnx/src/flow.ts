import type { Bijector } from '@pushforward/bijectors';
import { type NormalBase, baseLogProb, fromStandard, toStandard } from './base.js';
import { emitBijector } from './bijectors/bijector.js';
import type { Weights } from './weights.js';
import { Graph, type Value } from './graph/graph.js';
import { accumulate, sumOf } from './graph/log-det.js';
import { ELEMENT } from './protobuf/model.js';

/** A flow whose parts all have a form in ONNX. */
export interface Flow {
  readonly base: NormalBase;
  /** From noise to data. */
  readonly bijectors: readonly Bijector[];
  readonly weights: Weights;
}

/** From events x to their log-densities, which are NaN or +∞ where arithmetic leaves float32. */
export function density(graph: Graph, { base, bijectors, weights }: Flow, x: Value, context?: Value): Value {
  const setting = { graph, weights, context };
  let value = x;
  const logDets = bijectors.toReversed().map((bijector) => {
    const mapped = emitBijector(setting, bijector, 'inverse', { value, dim: base.dim });
    value = mapped.value;
    return mapped.logDet;
  });
  const start = baseLogProb(graph, base, toStandard(graph, base, value));
  return accumulate(graph, start, 1, sumOf(logDets));
}

/** From standard normal noise to events and their log-probabilities. */
export function sampler(
  graph: Graph,
  { base, bijectors, weights }: Flow,
  noise: Value,
  context?: Value,
): { x: Value; logProb: Value } {
  const setting = { graph, weights, context };
  let value = fromStandard(graph, base, noise);
  const logDets = bijectors.map((bijector) => {
    const mapped = emitBijector(setting, bijector, 'forward', { value, dim: base.dim });
    value = mapped.value;
    return mapped.logDet;
  });
  return { x: value, logProb: accumulate(graph, baseLogProb(graph, base, noise), -1, sumOf(logDets)) };
}

/** −∞ where a log-density came out as NaN or +∞ although x is made of numbers; NaN stays where x has a NaN itself. */
export function asLogDensity(graph: Graph, logProb: Value, x: Value): Value {
  const isMissing = graph.op('Cast', [graph.op('IsNaN', [x])], { to: ELEMENT.float });
  const hasNone = graph.op('Equal', [graph.sumColumns(isMissing), 0]);
  const isNoDensity = graph.op('Or', [graph.op('IsNaN', [logProb]), graph.op('Equal', [logProb, Infinity])]);
  return graph.op('Where', [graph.op('And', [isNoDensity, hasNone]), -Infinity, logProb]);
}
