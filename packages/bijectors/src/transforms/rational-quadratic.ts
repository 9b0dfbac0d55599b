import { abs, add, div, greater, log, mul, sqrt, square, sub, type Tensor, where } from '@tensorflow/tfjs-core';
import type { ValueAndLogDet } from '@pushforward/made';

/** One bin for each of N numbers: its corners and the derivatives there, each `[N]`. */
export interface Bin {
  readonly x0: Tensor;
  readonly y0: Tensor;
  readonly x1: Tensor;
  readonly y1: Tensor;
  readonly derivative0: Tensor;
  readonly derivative1: Tensor;
}

/**
 * The increasing ratio of two quadratics that takes the bin's corners to each other with the given derivatives, and its log-derivative:
 *
 * `y = y₀ + (y₁ − y₀) · t·(s·t + d₀·u) / D` and `log dy/dx = 2 log(s/D) + log(d₁t² + 2stu + d₀u²)`, where `t = (x − x₀)/(x₁ − x₀)`,
 * `u = 1 − t`, `s = (y₁ − y₀)/(x₁ − x₀)` and `D = s + (d₀ + d₁ − 2s)·t·u`.
 */
export function throughBin(x: Tensor, bin: Bin): ValueAndLogDet {
  const { height, width, slope } = sizes(bin);
  const t = div(sub(x, bin.x0), width);
  const u = sub(1, t);
  const { denominator, logDerivative } = atShare(t, u, slope, bin);
  const share = div(mul(t, add(mul(slope, t), mul(bin.derivative0, u))), denominator);
  return { value: add(bin.y0, mul(height, share)), logDet: logDerivative };
}

/**
 * The inverse of {@link throughBin}, with `log dx/dy`.
 *
 * With `r = (y − y₀)/(y₁ − y₀)` and `q = 1 − r`, the odds `t/u` solve `s·q·(t/u)² − e·(t/u) − s·r = 0` with `e = d₁r − d₀q`, so that
 * `t = 2sr / (2sr + m)` with `m = √(e² + 4s²rq) − e`. The discriminant is a sum of two squares' worth of positive terms, never negative; where
 * e is positive, m is computed as `4s²rq / (√… + e)`, so that nothing cancels.
 */
export function backThroughBin(y: Tensor, bin: Bin): ValueAndLogDet {
  const { height, width, slope } = sizes(bin);
  const r = div(sub(y, bin.y0), height);
  const q = sub(1, r);
  const e = sub(mul(bin.derivative1, r), mul(bin.derivative0, q));
  const twiceR = mul(mul(slope, r), 2);
  const product = mul(mul(twiceR, slope), mul(q, 2));
  const larger = add(sqrt(add(square(e), product)), abs(e));
  const m = where(greater(e, 0), div(product, larger), larger);
  const t = div(twiceR, add(twiceR, m));
  const { logDerivative } = atShare(t, sub(1, t), slope, bin);
  return { value: add(bin.x0, mul(width, t)), logDet: mul(logDerivative, -1) };
}

function sizes({ x0, y0, x1, y1 }: Bin) {
  const width = sub(x1, x0);
  const height = sub(y1, y0);
  return { width, height, slope: div(height, width) };
}

function atShare(t: Tensor, u: Tensor, slope: Tensor, { derivative0, derivative1 }: Bin) {
  const tu = mul(t, u);
  const twiceSlope = mul(slope, 2);
  const denominator = add(slope, mul(sub(add(derivative0, derivative1), twiceSlope), tu));
  const numerator = add(add(mul(derivative1, square(t)), mul(twiceSlope, tu)), mul(derivative0, square(u)));
  return { denominator, logDerivative: add(mul(log(div(slope, denominator)), 2), log(numerator)) };
}
