import {
  type Distribution,
  Independent,
  MultivariateNormalDiag,
  Normal,
  StandardNormal,
} from '@pushforward/distributions';
import type { Graph, Value } from './graph/graph.js';
import { refuse } from './refuse.js';
import type { Weights } from './weights.js';

/** A normal distribution of vectors with independent entries: the standard one where nothing else is said. */
export interface NormalBase {
  readonly dim: number;
  readonly moments?: { readonly loc: Float32Array; readonly scale: Float32Array };
}

/** @throws Error if a base is anything else */
export function normalBase(base: Distribution, weights: Weights): NormalBase {
  const [dim] = base.eventShape;
  const own = base instanceof Independent && base.rank === 1 ? base.base : base;
  const isVector = base.eventShape.length === 1 && base.batchShape.length === 0;
  if (isVector && own.constructor === StandardNormal) return { dim };
  if (isVector && (own instanceof Normal || own instanceof MultivariateNormalDiag))
    return { dim, moments: weights.ofNormal(own) };
  throw refuse(own);
}

/** From standard numbers to those of the base. */
export function fromStandard(graph: Graph, { moments }: NormalBase, standard: Value): Value {
  if (!moments) return standard;
  const scaled = graph.op('Mul', [standard, graph.floats(moments.scale)]);
  return graph.op('Add', [scaled, graph.floats(moments.loc)]);
}

/** The inverse of {@link fromStandard}. */
export function toStandard(graph: Graph, { moments }: NormalBase, value: Value): Value {
  if (!moments) return value;
  return graph.op('Div', [graph.op('Sub', [value, graph.floats(moments.loc)]), graph.floats(moments.scale)]);
}

/** The log-density of the base where the standard numbers are. **Shapes**: `[rows, D]` to `[rows]`. */
export function baseLogProb(graph: Graph, { dim, moments }: NormalBase, standard: Value): Value {
  const squares = graph.op('ReduceSumSquare', [standard], { axes: [1], keepdims: 0 });
  const logScales = moments ? moments.scale.reduce((sum, scale) => sum + Math.log(scale), 0) : 0;
  return graph.op('Sub', [graph.op('Mul', [squares, -0.5]), (dim / 2) * Math.log(2 * Math.PI) + logScales]);
}
