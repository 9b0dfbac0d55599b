import { tensor } from '@tensorflow/tfjs-core';
import { assertClose, broken, otherTypes, type Values, wholeNumbers } from '@pushforward/tensor/testing';
import { readResult, apply, type Point, type Way } from '../harness/evaluate.js';
import { type Subject, WAYS } from '../harness/subject.js';

const LAW = 'the same numbers for every type';

type DType = 'float32' | 'int32' | 'bool';

/** Integers and truth values give the same numbers as float32, in the argument and in the context. */
export async function checkTypes(subject: Subject): Promise<void> {
  for (const way of WAYS) {
    for (const dtype of otherTypes) {
      // One of the two at a time: next to a float32 of the other, nothing must be cut off.
      for (const part of ['input', 'context'] as const) {
        const given = subject.points[way][part];
        if (!given) continue;
        const what = `${way} with ${part === 'input' ? 'an argument' : 'a context'} of ${dtype}`;
        const point: Point = {
          ...subject.points[way],
          [part]: { data: wholeNumbers(given.data, dtype), shape: given.shape },
        };
        const expected = await evaluateAs(subject, way, point, {});
        const found = await evaluateAs(subject, way, point, { [part]: dtype }).catch((error: Error) =>
          broken(subject.bijector, LAW, `${what} must give numbers, got '${error.message}'`),
        );
        for (const name of ['value', 'logDet'] as const) {
          assertClose(
            subject.bijector,
            LAW,
            `${what}: ${name}`,
            found[name].data,
            expected[name].data,
            subject.tolerance,
          );
        }
      }
    }
  }
}

async function evaluateAs(
  { bijector }: Subject,
  way: Way,
  { input, context }: Point,
  { input: inputType = 'float32', context: contextType = 'float32' }: { input?: DType; context?: DType },
): Promise<{ value: Values; logDet: Values }> {
  return readResult(() => apply(bijector, way, typed(input, inputType), context && typed(context, contextType)));
}

function typed({ data, shape }: Values, dtype: DType) {
  return tensor(Array.from(data), [...shape], dtype);
}
