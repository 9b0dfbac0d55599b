import {
  AffineTransform,
  type Direction,
  type GateTransform,
  type ShiftTransform,
  type SigmoidAffineTransform,
  type SoftclipAffineTransform,
  type SoftplusAffineTransform,
} from '@pushforward/bijectors';
import type { AffineForm } from '@pushforward/tensor';
import type { Graph, Value } from '../graph/graph.js';
import { positive } from './positive.js';
import { softclip } from './softclip.js';
import type { TransformMap } from './transform-map.js';

/** `(input − before·m) · exp(± logScale(r)) + after·m`, for a transform that says its formula. */
export function affineMap(
  transform: AffineTransform | GateTransform | ShiftTransform,
  direction: Direction,
): TransformMap {
  const form = transform.form(direction);
  return {
    parameterCount: transform.parameterCount,
    layout: 'by parameter',
    apply: (graph, input, parameters, n) => {
      const [m, r] = graph.splitColumns(
        parameters,
        Array.from({ length: transform.parameterCount }, () => n),
      );
      const from = form.before ? graph.op('Sub', [input, m]) : input;
      const to = (scaled: Value) => (form.after ? graph.op('Add', [scaled, m]) : scaled);
      if (form.logScale === 'none') return { value: to(from) };
      const logScale = logScaleOf(graph, form, r);
      const logDerivative = form.sign === 1 ? logScale : graph.op('Neg', [logScale]);
      return { value: to(graph.op('Mul', [from, graph.op('Exp', [logDerivative])])), logDerivative };
    },
  };
}

function logScaleOf(graph: Graph, { logScale, bound = 1, bias = 0 }: AffineForm, r: Value): Value {
  if (logScale === 'raw') return r;
  const bounded = graph.op('Mul', [graph.op('Tanh', [graph.op('Mul', [r, 1 / bound])]), bound]);
  if (logScale === 'bounded') return bounded;
  // log sigmoid(x) = −softplus(−x)
  return graph.op('Neg', [graph.op('Softplus', [graph.op('Sub', [-bias, bounded])])]);
}

/** An affine map with another bound of its log-scale. */
export function softclipAffineMap({ slope }: SoftclipAffineTransform, direction: Direction): TransformMap {
  const unbounded = affineMap(new AffineTransform({ bound: null }), direction);
  return {
    ...unbounded,
    apply: (graph, input, parameters, n) => {
      const [shift, raw] = graph.splitColumns(parameters, [n, n]);
      const clipped = graph.joinColumns([shift, softclip(graph, raw, -Math.log(slope))]);
      return unbounded.apply(graph, input, clipped, n);
    },
  };
}

/** `x · scale + shift`, the scale a softplus. */
export function softplusAffineMap({ minScale }: SoftplusAffineTransform, direction: Direction): TransformMap {
  return scaledBy((graph, raw) => positive(graph, raw, minScale), direction);
}

/** The same, with the scale a sigmoid. */
export function sigmoidAffineMap({ offset, minScale }: SigmoidAffineTransform, direction: Direction): TransformMap {
  return scaledBy(
    (graph, raw) => graph.op('Add', [graph.op('Sigmoid', [graph.op('Add', [raw, offset])]), minScale]),
    direction,
  );
}

function scaledBy(scaleOf: (graph: Graph, raw: Value) => Value, direction: Direction): TransformMap {
  return {
    parameterCount: 2,
    layout: 'by parameter',
    apply: (graph, input, parameters, n) => {
      const [shift, raw] = graph.splitColumns(parameters, [n, n]);
      const scale = scaleOf(graph, raw);
      const logScale = graph.op('Log', [scale]);
      return direction === 'forward'
        ? { value: graph.op('Add', [graph.op('Mul', [input, scale]), shift]), logDerivative: logScale }
        : {
            value: graph.op('Div', [graph.op('Sub', [input, shift]), scale]),
            logDerivative: graph.op('Neg', [logScale]),
          };
    },
  };
}
