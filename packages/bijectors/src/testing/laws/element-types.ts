import { tensor } from '@tensorflow/tfjs-core';
import { assertClose, broken, otherTypes, toTensor, type Values, wholeNumbers } from '@pushforward/tensor/testing';
import type { ElementwiseTransform } from '../../contract/elementwise-transform.js';
import { readResult, type Way } from '../harness/evaluate.js';

const LAW = 'the same numbers for every type';

/** Integers and truth values give the same numbers as float32, as elements and as parameters. */
export async function checkElementTypes(
  { transform, way, x, parameters }: { transform: ElementwiseTransform; way: Way; x: Values; parameters: Values },
  tolerance: number,
): Promise<void> {
  for (const dtype of otherTypes) {
    // One of the two at a time: next to a float32 of the other, nothing must be cut off.
    for (const part of ['x', 'parameters'] as const) {
      const given = { x, parameters };
      const whole = { ...given, [part]: { data: wholeNumbers(given[part].data, dtype), shape: given[part].shape } };
      const run = (type: 'float32' | typeof dtype) => {
        const typed = (name: 'x' | 'parameters') =>
          name === part ? tensor(Array.from(whole[name].data), [...whole[name].shape], type) : toTensor(whole[name]);
        return readResult(() =>
          way === 'forward'
            ? transform.forwardAndLogDet(typed('x'), typed('parameters'))
            : transform.inverseAndLogDet(typed('x'), typed('parameters')),
        );
      };
      const expected = await run('float32');
      const found = await run(dtype).catch((error: Error) =>
        broken(transform, LAW, `${way} with ${part} of ${dtype} must give numbers, got '${error.message}'`),
      );
      for (const name of ['value', 'logDet'] as const) {
        const what = `${way} with ${part} of ${dtype}: ${name}`;
        assertClose(transform, LAW, what, found[name].data, expected[name].data, tolerance);
      }
    }
  }
}
