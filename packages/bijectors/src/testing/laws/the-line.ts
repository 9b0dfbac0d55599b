import { sizeOf } from '@pushforward/tensor';
import { broken, extremes } from '@pushforward/tensor/testing';
import { evaluate, type Point, repeated, rowOf } from '../harness/evaluate.js';
import { ROWS, type Subject } from '../harness/subject.js';

const LAW = 'the inverse of any number';

/** Further out, and where volumes change by more than a factor of e⁵, rounding may hide where x came from. */
const FAR = 20;
const STEEP = 5;
const TOLERANCE = 1e-2;

/**
 * Whatever numbers y is made of, also those that forward never reaches: where the inverse finds an x of finite numbers, its log-determinant is a
 * number below ∞, unless forward is flat at x, and forward of x is y. Otherwise a flow would have a density that is NaN, ∞, or not 0 where
 * nothing of it lies.
 */
export async function checkLine(subject: Subject): Promise<void> {
  const { bijector, shapes, points, coordinates } = subject;
  // The inverse need not look at numbers of y that follow from others.
  const hasSpare = coordinates.length < sizeOf(shapes.inverse);
  const { input, context } = line(points.inverse, sizeOf(shapes.inverse));
  const { value, logDet } = await evaluate(bijector, 'inverse', { input, context });
  const { value: back, logDet: opposed } = await evaluate(bijector, 'forward', { input: value, context });
  for (const [row, found] of Array.from(logDet.data).entries()) {
    const [y, x, again] = [input, value, back].map((values) => rowOf(values, row));
    if (!x.every(Number.isFinite)) continue;
    const place = `inverse of ${y.join(', ')} gives ${x.join(', ')}`;
    if (!(found < Infinity || opposed.data[row] === -found))
      broken(bijector, LAW, `${place}: logDet must be a number below ∞, or x not finite, got ${found}`);
    const size = Math.max(1, ...y.map(Math.abs));
    if (hasSpare || size > FAR || Math.abs(found) > STEEP) continue;
    if (!again.every((number, i) => Math.abs(number - y[i]) <= TOLERANCE * size))
      broken(bijector, LAW, `${place}, which forward takes to ${again.join(', ')}`);
  }
}

/** Every special number in all places of an event, and in its first and its last alone. */
function line(point: Point, size: number): Point {
  const events = extremes.flatMap((special, i) => {
    const drawn = rowOf(point.input, i % ROWS);
    return [drawn.map(() => special), drawn.with(0, special), drawn.with(size - 1, special)];
  });
  return {
    input: { data: events.flat(), shape: [events.length, ...point.input.shape.slice(1)] },
    context: repeated(point.context, events.length),
  };
}
