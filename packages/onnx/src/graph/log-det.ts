import type { Graph, Value } from './graph.js';

/** A log-determinant as a sum: what is the same for every event, and tensors of one number an event. */
export interface LogDet {
  readonly constant: number;
  readonly terms: readonly Value[];
}

/** The image of events, `[rows, D]`, and the log-determinants there. */
export interface Mapped {
  readonly value: Value;
  readonly logDet: LogDet;
}

/** The log-determinant of a map that keeps volume. */
export const NONE: LogDet = { constant: 0, terms: [] };

/** The sum of log-determinants. */
export function sumOf(parts: readonly LogDet[]): LogDet {
  return {
    constant: parts.reduce((sum, { constant }) => sum + constant, 0),
    terms: parts.flatMap(({ terms }) => terms),
  };
}

/** `start ± logDet`, for each event. */
export function accumulate(graph: Graph, start: Value, sign: 1 | -1, { constant, terms }: LogDet): Value {
  const summed = terms.reduce((sum, term) => graph.op(sign === 1 ? 'Add' : 'Sub', [sum, term]), start);
  return constant === 0 ? summed : graph.op('Add', [summed, sign * constant]);
}
