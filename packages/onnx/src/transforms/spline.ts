import {
  CircularSplineTransform,
  type Direction,
  type RationalQuadraticSplineTransform,
  type SoftclipSplineTransform,
} from '@pushforward/bijectors';
import type { Graph, Value } from '../graph/graph.js';
import { ELEMENT } from '../protobuf/model.js';
import { positive } from './positive.js';
import { softclip } from './softclip.js';
import type { TransformMap } from './transform-map.js';

interface SplineShape {
  readonly bins: number;
  readonly bound: number;
  readonly minWidth: number;
  readonly minHeight: number;
}

/** How the raw parameters of a spline become sizes and derivatives. */
interface Reading {
  readonly shape: SplineShape;
  /** The argument of the softmax. */
  readonly logSizes: (graph: Graph, raw: Value) => Value;
  readonly derivatives: (graph: Graph, raw: Value) => Value;
}

/** A monotone rational-quadratic spline on an interval, and beyond it the identity, or the circle. */
export function splineMap(
  transform: RationalQuadraticSplineTransform | CircularSplineTransform,
  direction: Direction,
): TransformMap {
  const shape = transform.config() as unknown as SplineShape & { readonly minDerivative: number };
  const reading: Reading = {
    shape,
    logSizes: (_, raw) => raw,
    derivatives: (graph, raw) => positive(graph, raw, shape.minDerivative),
  };
  return mapOf(transform, reading, direction, transform instanceof CircularSplineTransform);
}

/** The same spline with other raw parameters. */
export function softclipSplineMap(transform: SoftclipSplineTransform, direction: Direction): TransformMap {
  const { bins, bound, slope } = transform;
  const limit = -Math.log(slope);
  const reading: Reading = {
    shape: { bins, bound, minWidth: 0, minHeight: 0 },
    logSizes: (graph, raw) => softclip(graph, raw, limit / 2),
    derivatives: (graph, raw) => graph.op('Exp', [softclip(graph, raw, limit)]),
  };
  return mapOf(transform, reading, direction, false);
}

function mapOf(
  { parameterCount }: { readonly parameterCount: number },
  reading: Reading,
  direction: Direction,
  isCircle: boolean,
): TransformMap {
  const { shape } = reading;
  return {
    parameterCount,
    layout: 'by number',
    apply: (graph, input, parameters, n) => {
      const x = graph.op('Unsqueeze', [input, graph.integers([2])]);
      const inside = isCircle ? wrap(graph, x, shape.bound) : graph.op('Clip', [x, -shape.bound, shape.bound]);
      const raw = graph.op('Reshape', [parameters, graph.integers([0, n, parameterCount])]);
      const bin = findBin(graph, raw, reading, parameterCount, inside, direction);
      const { value, logDerivative } =
        direction === 'forward' ? splineForward(graph, inside, bin) : splineInverse(graph, inside, bin);
      const squeezed = (each: Value) => graph.op('Squeeze', [each, graph.integers([2])]);
      return {
        value: squeezed(graph.op('Add', [value, graph.op('Sub', [x, inside])])),
        logDerivative: squeezed(logDerivative),
      };
    },
  };
}

/** Takes whole turns off. */
function wrap(graph: Graph, x: Value, bound: number): Value {
  const turns = graph.op('Floor', [graph.op('Mul', [graph.op('Add', [x, bound]), 0.5 / bound])]);
  // Rounding may leave a number beyond the ends.
  return graph.op('Clip', [graph.op('Sub', [x, graph.op('Mul', [turns, 2 * bound])]), -bound, bound]);
}

/** One bin for each number: its corners, with what their rounding left, and the derivatives there, each `[rows, n, 1]`. */
interface Bin {
  readonly x: Side;
  readonly y: Side;
  readonly derivative0: Value;
  readonly derivative1: Value;
}

/** A bin's ends on one axis. */
interface Side {
  readonly start: Value;
  readonly startLow: Value;
  readonly end: Value;
  readonly endLow: Value;
}

/** The bin that holds each number, the last one for numbers beyond all; a knot belongs to the bin that it starts. */
function findBin(
  graph: Graph,
  raw: Value,
  { shape: { bins, bound, minWidth, minHeight }, logSizes, derivatives: derivativesOf }: Reading,
  parameterCount: number,
  place: Value,
  direction: Direction,
): Bin {
  const [rawSizes, rawDerivatives] = graph.splitColumns(raw, [2 * bins, parameterCount - 2 * bins], 2);
  // [rows, n, 2, K]: widths and heights.
  const perAxis = (numbers: readonly number[]) => graph.floats(numbers, [2, 1]);
  const minimums = [minWidth, minHeight];
  const shares = graph.op(
    'Softmax',
    [logSizes(graph, graph.op('Reshape', [rawSizes, graph.integers([0, 0, 2, bins])]))],
    { axis: -1 },
  );
  const flexible = perAxis(minimums.map((minimum) => (1 - minimum * bins) * 2 * bound));
  const fixed = perAxis(minimums.map((minimum) => minimum * 2 * bound));
  const { knots, low, end, endLow } = addUp(
    graph,
    graph.op('Add', [graph.op('Mul', [shares, flexible]), fixed]),
    bound,
  );

  const axis = direction === 'forward' ? 0 : 1;
  const inner = (all: Value) =>
    graph.op('Reshape', [
      graph.op('Slice', [all, graph.integers([axis, 1]), graph.integers([axis + 1, bins]), graph.integers([2, 3])]),
      graph.integers([0, 0, bins - 1]),
    ]);
  const isPassed = graph.op('GreaterOrEqual', [graph.op('Sub', [place, inner(knots)]), inner(low)]);
  const passed = graph.op('ReduceSum', [graph.op('Cast', [isPassed], { to: ELEMENT.int64 }), graph.integers([2])], {
    keepdims: 1,
  });

  const padded = (all: Value, value: number) => graph.op('Pad', [all, graph.integers([0, 0, 0, 0, 0, 0, 0, 1]), value]);
  const derivatives = derivativesOf(graph, rawDerivatives);
  const table = graph.op(
    'Concat',
    [
      padded(knots, end),
      padded(low, endLow),
      graph.op('Unsqueeze', [derivativesAtKnots(graph, derivatives, parameterCount === 3 * bins), graph.integers([2])]),
    ],
    { axis: 2 },
  );
  // [rows, n, 5, 2]: where each bin starts and ends.
  const places = graph.op('Add', [
    graph.op('Unsqueeze', [passed, graph.integers([2])]),
    graph.integers([0, 1, 0, 1, 0, 1, 0, 1, 0, 1], [5, 2]),
  ]);
  const chosen = graph.op('Reshape', [
    graph.op('GatherElements', [table, places], { axis: 3 }),
    graph.integers([0, 0, 10]),
  ]);
  const [x0, x1, y0, y1, x0Low, x1Low, y0Low, y1Low, derivative0, derivative1] = graph.splitColumns(
    chosen,
    Array.from({ length: 10 }, () => 1),
    2,
  );
  return {
    x: { start: x0, startLow: x0Low, end: x1, endLow: x1Low },
    y: { start: y0, startLow: y0Low, end: y1, endLow: y1Low },
    derivative0,
    derivative1,
  };
}

/** `[rows, n, K + 1]`: on the line 1 at both ends, on the circle the same at both. */
function derivativesAtKnots(graph: Graph, derivatives: Value, isCircle: boolean): Value {
  if (!isCircle) return graph.op('Pad', [derivatives, graph.integers([0, 0, 1, 0, 0, 1]), 1]);
  const [begin, end, axis] = [0, 1, 2].map((i) => graph.integers([i]));
  return graph.op('Concat', [derivatives, graph.op('Slice', [derivatives, begin, end, axis])], { axis: 2 });
}

/**
 * The knots that begin bins of the given sizes, from −bound to bound: each as a float32 and what that leaves, since a bin may be so narrow, and its
 * neighbours so steep, that the last digit of a knot matters.
 *
 * Sizes are split into multiples of a power of 2, whose sums float32 holds exactly, and small rests. All are then scaled so that together
 * they are as wide as the interval to the last of these digits.
 */
function addUp(graph: Graph, sizes: Value, bound: number): { knots: Value; low: Value; end: number; endLow: number } {
  const unit = 2 ** (Math.ceil(Math.log2(2 * bound)) - 22);
  const end = Math.round(bound / unit) * unit;
  const endLow = Math.fround(bound) - end;
  const last = graph.integers([3]);
  const total = (value: Value, wanted: number) =>
    graph.op('Sub', [graph.op('ReduceSum', [value, last], { keepdims: 1 }), wanted]);
  const before = (value: Value) => graph.op('CumSum', [value, graph.integers([3], [])], { exclusive: 1 });
  const whole = graph.op('Mul', [graph.op('Round', [graph.op('Mul', [sizes, 1 / unit])]), unit]);
  const rest = graph.op('Sub', [sizes, whole]);
  const excess = graph.op('Add', [total(whole, 2 * end), total(rest, 2 * endLow)]);
  const start = before(whole);
  const correction = graph.op('Mul', [excess, graph.op('Mul', [start, 0.5 / bound])]);
  const low = graph.op('Sub', [before(rest), correction]);
  return {
    knots: graph.op('Sub', [start, end]),
    low: endLow === 0 ? low : graph.op('Sub', [low, endLow]),
    end,
    endLow,
  };
}

function splineForward(graph: Graph, x: Value, bin: Bin) {
  const { height, width, slope } = sizes(graph, bin);
  const [t, u] = shares(graph, x, bin.x, width);
  const { denominator, logDerivative } = atShare(graph, t, u, slope, bin);
  const part = (near: Value, far: Value, derivative: Value) =>
    graph.op('Div', [
      graph.op('Mul', [near, graph.op('Add', [graph.op('Mul', [slope, near]), graph.op('Mul', [derivative, far])])]),
      denominator,
    ]);
  const value = placeOf(graph, part(t, u, bin.derivative0), part(u, t, bin.derivative1), bin.y, height);
  return { value, logDerivative };
}

/** The quadratic equation's root in a form in which nothing cancels. */
function splineInverse(graph: Graph, y: Value, bin: Bin) {
  const { height, width, slope } = sizes(graph, bin);
  const [r, q] = shares(graph, y, bin.y, height);
  const e = graph.op('Sub', [graph.op('Mul', [bin.derivative1, r]), graph.op('Mul', [bin.derivative0, q])]);
  const twiceR = graph.op('Mul', [graph.op('Mul', [slope, r]), 2]);
  const product = graph.op('Mul', [graph.op('Mul', [twiceR, slope]), graph.op('Mul', [q, 2])]);
  const root = graph.op('Sqrt', [graph.op('Add', [graph.op('Mul', [e, e]), product])]);
  const larger = graph.op('Add', [root, graph.op('Abs', [e])]);
  const m = graph.op('Where', [graph.op('Greater', [e, 0]), graph.op('Div', [product, larger]), larger]);
  const both = graph.op('Add', [twiceR, m]);
  const [t, u] = [graph.op('Div', [twiceR, both]), graph.op('Div', [m, both])];
  const { logDerivative } = atShare(graph, t, u, slope, bin);
  return { value: placeOf(graph, t, u, bin.x, width), logDerivative: graph.op('Neg', [logDerivative]) };
}

function sizes(graph: Graph, { x, y }: Bin) {
  const sizeOf = ({ start, startLow, end, endLow }: Side) =>
    graph.op('Add', [graph.op('Sub', [end, start]), graph.op('Sub', [endLow, startLow])]);
  const [width, height] = [sizeOf(x), sizeOf(y)];
  return { width, height, slope: graph.op('Div', [height, width]) };
}

/** Which share of a side lies before a place on it and which behind, each to its own last digits: next to an end, 1 minus the other has few. */
function shares(graph: Graph, place: Value, { start, startLow, end, endLow }: Side, size: Value): [Value, Value] {
  const before = graph.op('Sub', [graph.op('Sub', [place, start]), startLow]);
  const behind = graph.op('Add', [graph.op('Sub', [end, place]), endLow]);
  return [graph.op('Div', [before, size]), graph.op('Div', [behind, size])];
}

/** The place with such shares, from the nearer end, so that an end itself is met. */
function placeOf(
  graph: Graph,
  before: Value,
  behind: Value,
  { start, startLow, end, endLow }: Side,
  size: Value,
): Value {
  const fromStart = graph.op('Add', [start, graph.op('Add', [startLow, graph.op('Mul', [size, before])])]);
  const fromEnd = graph.op('Add', [end, graph.op('Sub', [endLow, graph.op('Mul', [size, behind])])]);
  return graph.op('Where', [graph.op('Less', [before, behind]), fromStart, fromEnd]);
}

function atShare(graph: Graph, t: Value, u: Value, slope: Value, { derivative0, derivative1 }: Bin) {
  const tu = graph.op('Mul', [t, u]);
  const twiceSlope = graph.op('Mul', [slope, 2]);
  const bend = graph.op('Sub', [graph.op('Add', [derivative0, derivative1]), twiceSlope]);
  const denominator = graph.op('Add', [slope, graph.op('Mul', [bend, tu])]);
  const square = (derivative: Value, share: Value) => graph.op('Mul', [derivative, graph.op('Mul', [share, share])]);
  const numerator = graph.op('Add', [
    graph.op('Add', [square(derivative1, t), graph.op('Mul', [twiceSlope, tu])]),
    square(derivative0, u),
  ]);
  const logRatio = graph.op('Log', [graph.op('Div', [slope, denominator])]);
  return {
    denominator,
    logDerivative: graph.op('Add', [graph.op('Mul', [logRatio, 2]), graph.op('Log', [numerator])]),
  };
}
