import type { Graph } from '../graph/graph.js';
import { type Mapped, NONE } from '../graph/log-det.js';
import type { Transformed } from '../transforms/transform-map.js';

/** Events under an elementwise transform, whose log-derivatives are summed over each event. */
export function mappedBy(graph: Graph, { value, logDerivative }: Transformed): Mapped {
  const logDet = logDerivative === undefined ? NONE : { constant: 0, terms: [graph.sumColumns(logDerivative)] };
  return { value, logDet };
}
