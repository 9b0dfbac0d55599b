import { tensor } from '@tensorflow/tfjs-core';
import { assertClose, broken, otherTypes, readValues, type Values, wholeNumbers } from '@pushforward/tensor/testing';
import { affineStep } from '../harness/steps.js';
import type { Subject } from '../harness/subject.js';

const LAW = 'the same numbers for every type';
const NAMES = ['parameters', 'value of unroll', 'logDet of unroll', 'value of transform', 'logDet of transform'];

type DType = 'float32' | 'int32' | 'bool';

/** Integers and truth values give the same numbers as float32, in the input and in the context. */
export async function checkTypes(subject: Subject): Promise<void> {
  const { conditioner, tolerance } = subject;
  for (const dtype of otherTypes) {
    // One of the two at a time: next to a float32 of the other, nothing must be cut off.
    for (const part of ['x', 'context'] as const) {
      const given = subject[part];
      if (!given) continue;
      const what = part === 'x' ? `an input of ${dtype}` : `a context of ${dtype}`;
      const changed: Subject = { ...subject, [part]: { data: wholeNumbers(given.data, dtype), shape: given.shape } };
      const expected = await evaluateAs(changed, {});
      const found = await evaluateAs(changed, { [part]: dtype }).catch((error: Error) =>
        broken(conditioner, LAW, `${what} must give numbers, got '${error.message}'`),
      );
      for (const [i, name] of NAMES.entries())
        assertClose(conditioner, LAW, `${name} with ${what}`, found[i].data, expected[i].data, tolerance);
    }
  }
}

async function evaluateAs(
  { conditioner, x, context }: Subject,
  { x: xType = 'float32', context: contextType = 'float32' }: { x?: DType; context?: DType },
): Promise<Values[]> {
  return readValues(() => {
    const [input, given] = [typed(x, xType), context && typed(context, contextType)];
    const [unrolled, parallel] = [
      conditioner.unroll(input, affineStep, given),
      conditioner.transform(input, affineStep, given),
    ];
    return [conditioner.parameters(input, given), unrolled.value, unrolled.logDet, parallel.value, parallel.logDet];
  });
}

function typed({ data, shape }: Values, dtype: DType) {
  return tensor(Array.from(data), [...shape], dtype);
}
