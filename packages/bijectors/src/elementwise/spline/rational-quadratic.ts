import { abs, add, div, greater, less, log, mul, sqrt, square, sub, type Tensor, where } from '@tensorflow/tfjs-core';
import type { ValueAndLogDet } from '@pushforward/made';

/** One bin for each of N numbers: its corners, with what their rounding left, and the derivatives there, each `[N]`. */
export interface Bin {
  readonly x0: Tensor;
  readonly y0: Tensor;
  readonly x1: Tensor;
  readonly y1: Tensor;
  readonly x0Low: Tensor;
  readonly y0Low: Tensor;
  readonly x1Low: Tensor;
  readonly y1Low: Tensor;
  readonly derivative0: Tensor;
  readonly derivative1: Tensor;
}

/**
 * The increasing ratio of two quadratics that takes the bin's corners to each other with the given derivatives, and its log-derivative:
 *
 * `y = y₀ + (y₁ − y₀) · t·(s·t + d₀·u) / D` and `log dy/dx = 2 log(s/D) + log(d₁t² + 2stu + d₀u²)`, where `t = (x − x₀)/(x₁ − x₀)`,
 * `u = 1 − t`, `s = (y₁ − y₀)/(x₁ − x₀)` and `D = s + (d₀ + d₁ − 2s)·t·u`.
 */
export function splineForward(x: Tensor, bin: Bin): ValueAndLogDet {
  const { height, width, slope } = sizes(bin);
  const [t, u] = shares(x, sideX(bin), width);
  const { denominator, logDerivative } = atShare(t, u, slope, bin);
  const r = div(mul(t, add(mul(slope, t), mul(bin.derivative0, u))), denominator);
  const q = div(mul(u, add(mul(slope, u), mul(bin.derivative1, t))), denominator);
  return { value: placeOf(r, q, sideY(bin), height), logDet: logDerivative };
}

/**
 * The inverse of {@link splineForward}, with `log dx/dy`.
 *
 * With `r = (y − y₀)/(y₁ − y₀)` and `q = 1 − r`, the odds `t/u` solve `s·q·(t/u)² − e·(t/u) − s·r = 0` with `e = d₁r − d₀q`, so that
 * `t = 2sr / (2sr + m)` with `m = √(e² + 4s²rq) − e`. The discriminant is a sum of two squares' worth of positive terms, never negative; where
 * e is positive, m is computed as `4s²rq / (√… + e)`, so that nothing cancels.
 */
export function splineInverse(y: Tensor, bin: Bin): ValueAndLogDet {
  const { height, width, slope } = sizes(bin);
  const [r, q] = shares(y, sideY(bin), height);
  const e = sub(mul(bin.derivative1, r), mul(bin.derivative0, q));
  const twiceR = mul(mul(slope, r), 2);
  const product = mul(mul(twiceR, slope), mul(q, 2));
  const larger = add(sqrt(add(square(e), product)), abs(e));
  const m = where(greater(e, 0), div(product, larger), larger);
  const both = add(twiceR, m);
  const [t, u] = [div(twiceR, both), div(m, both)];
  const { logDerivative } = atShare(t, u, slope, bin);
  return { value: placeOf(t, u, sideX(bin), width), logDet: mul(logDerivative, -1) };
}

/** A bin's ends on one axis. */
interface Side {
  readonly start: Tensor;
  readonly startLow: Tensor;
  readonly end: Tensor;
  readonly endLow: Tensor;
}

function sideX({ x0, x0Low, x1, x1Low }: Bin): Side {
  return { start: x0, startLow: x0Low, end: x1, endLow: x1Low };
}

function sideY({ y0, y0Low, y1, y1Low }: Bin): Side {
  return { start: y0, startLow: y0Low, end: y1, endLow: y1Low };
}

function sizeOf({ start, startLow, end, endLow }: Side): Tensor {
  return add(sub(end, start), sub(endLow, startLow));
}

/** Which share of a side lies before a place on it and which behind, each to its own last digits: next to an end, 1 minus the other has few. */
function shares(place: Tensor, { start, startLow, end, endLow }: Side, size: Tensor): [Tensor, Tensor] {
  return [div(sub(sub(place, start), startLow), size), div(add(sub(end, place), endLow), size)];
}

/** The place with such shares, from the nearer end, so that an end itself is met. */
function placeOf(before: Tensor, behind: Tensor, { start, startLow, end, endLow }: Side, size: Tensor): Tensor {
  const fromStart = add(start, add(startLow, mul(size, before)));
  const fromEnd = add(end, sub(endLow, mul(size, behind)));
  return where(less(before, behind), fromStart, fromEnd);
}

function sizes(bin: Bin) {
  const [width, height] = [sizeOf(sideX(bin)), sizeOf(sideY(bin))];
  return { width, height, slope: div(height, width) };
}

function atShare(t: Tensor, u: Tensor, slope: Tensor, { derivative0, derivative1 }: Bin) {
  const tu = mul(t, u);
  const twiceSlope = mul(slope, 2);
  const denominator = add(slope, mul(sub(add(derivative0, derivative1), twiceSlope), tu));
  const numerator = add(add(mul(derivative1, square(t)), mul(twiceSlope, tu)), mul(derivative0, square(u)));
  return { denominator, logDerivative: add(mul(log(div(slope, denominator)), 2), log(numerator)) };
}
