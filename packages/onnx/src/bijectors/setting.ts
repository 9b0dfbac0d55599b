import type { Direction } from '@pushforward/bijectors';
import type { Graph, Value } from '../graph/graph.js';
import type { Mapped } from '../graph/log-det.js';
import type { Weights } from '../weights.js';

/** The graph that a bijector is written into, the weights and the context. */
export interface Setting {
  readonly graph: Graph;
  readonly weights: Weights;
  /** `[rows, C]` */
  readonly context?: Value;
}

/** Events of D numbers, `[rows, D]`. */
interface Events {
  readonly value: Value;
  readonly dim: number;
}

/** Writes one direction of a bijector of some class. */
export type Emit<B> = (setting: Setting, bijector: B, direction: Direction, events: Events) => Mapped;
