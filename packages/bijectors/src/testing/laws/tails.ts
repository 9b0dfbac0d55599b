import type { Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '@pushforward/tensor';
import { broken, readValues, toTensor, type Values } from '@pushforward/tensor/testing';
import { evaluate, type Point, repeated, rowOf, type Way } from '../harness/evaluate.js';
import { opposite, type Subject } from '../harness/subject.js';

/** The largest |x| at which the law looks. */
const REACHES = [3, 10, 30, 100, 1000];

/** Rounding may grow a thousandfold out there; what is wrong is wrong by more. */
const TOLERANCE = 1e-2;

/** Beyond a factor of e⁸⁰ between the volumes of x and y, float32 cannot hold both. */
const STEEPEST = 80;

/**
 * Each direction undoes the other far out, and at the ends of the support, where numbers end up that map beyond what float32 can tell
 * from them: going there and back leads to the point itself, or to another that maps to the same.
 */
export async function checkTails(subject: Subject, domain: (x: Tensor) => Tensor): Promise<void> {
  const { shapes, points, coordinates } = subject;
  const at = (way: Way, input: Values): Point => ({ input, context: repeated(points[way].context, input.shape[0]) });
  const [x] = await readValues(() => [domain(toTensor(far(shapes.forward)))]);
  await checkThereAndBack(subject, 'forward', at('forward', x));
  // Where every number of y is free, y may be as far out; where it may not, the inverse says so.
  if (coordinates.length === sizeOf(shapes.inverse))
    await checkThereAndBack(subject, 'inverse', at('inverse', far(shapes.inverse)));
}

/** To one side, to the other, and to both in turn. */
const SIGNS = [() => 1, () => -1, (i: number) => (i % 2 === 0 ? 1 : -1)];

function far(shape: readonly number[]): Values {
  const event = (reach: number, sign: (i: number) => number) =>
    Array.from({ length: sizeOf(shape) }, (_, i) => reach * sign(i));
  return {
    data: REACHES.flatMap((reach) => SIGNS.flatMap((sign) => event(reach, sign))),
    shape: [REACHES.length * SIGNS.length, ...shape],
  };
}

async function checkThereAndBack({ bijector, shapes }: Subject, way: Way, { input, context }: Point): Promise<void> {
  const law = 'round trip in the tails';
  const there = await evaluate(bijector, way, { input, context });
  const back = await evaluate(bijector, opposite(way), { input: there.value, context });
  const again = await evaluate(bijector, way, { input: back.value, context });
  for (let row = 0; row < input.shape[0]; row++) {
    const [from, to, returned, repeat] = [input, there.value, back.value, again.value].map((values) =>
      rowOf(values, row),
    );
    const [logDet, opposed] = [there.logDet.data[row], back.logDet.data[row]];
    // Outside the support, or too steep to undo.
    if (!(Math.abs(logDet) <= STEEPEST) || to.some(Number.isNaN)) continue;
    const same = agree(returned, from);
    if (!same && !agree(repeat, to)) {
      const place = `${opposite(way)} after ${way} of ${from.join(', ')} leads to ${returned.join(', ')}`;
      broken(bijector, law, `${place}, which ${way} takes to ${repeat.join(', ')} and not to ${to.join(', ')}`);
    }
    if (
      same &&
      Number.isFinite(opposed) &&
      Math.abs(logDet + opposed) > TOLERANCE * (sizeOf(shapes[way]) + Math.abs(logDet))
    ) {
      broken(
        bijector,
        law,
        `logDet of ${opposite(way)} must be ${-logDet}, minus that of ${way} at ${from.join(', ')}, got ${opposed}`,
      );
    }
  }
}

function agree(found: readonly number[], expected: readonly number[]): boolean {
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return found.every((value, i) => value === expected[i] || Math.abs(value - expected[i]) <= TOLERANCE * scale);
}
