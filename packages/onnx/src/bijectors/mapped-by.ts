import type { Graph } from '../graph/graph.js';
import { type Mapped, NONE } from '../graph/log-det.js';
import type { Transformed } from '../transforms/transform-map.js';

/** What an elementwise transform makes of events: its log-derivatives are summed over them. */
export function mappedBy(graph: Graph, { value, logDerivative }: Transformed): Mapped {
  const logDet = logDerivative === undefined ? NONE : { constant: 0, terms: [graph.sumColumns(logDerivative)] };
  return { value, logDet };
}
