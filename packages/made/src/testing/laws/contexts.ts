import { mul, reshape, sum, tensor1d } from '@tensorflow/tfjs-core';
import { formatShape, sizeOf, vjp } from '@pushforward/tensor';
import { assertClose, broken, readValues, toTensor, type Values } from '@pushforward/tensor/testing';
import { affineStep } from '../harness/steps.js';
import { ROWS, type Subject } from '../harness/subject.js';

const LAW = 'one event under many contexts';
const NAMES = ['parameters', 'value of unroll', 'logDet of unroll', 'value of transform', 'logDet of transform'];

/** One event under several contexts gives what as many copies of it give, in values and in gradients. */
export async function checkManyContexts({ conditioner, x, context, tolerance }: Subject): Promise<void> {
  if (!context) return;
  const { dim } = conditioner;
  for (const events of [1, 2]) {
    const few = { data: Array.from(x.data).slice(0, events * dim), shape: events === 1 ? [dim] : [events, 1, dim] };
    const batch = events === 1 ? [ROWS] : [events, ROWS];
    const all = {
      data: Array.from(
        { length: events * ROWS * dim },
        (_, i) => few.data[Math.floor(i / (ROWS * dim)) * dim + (i % dim)],
      ),
      shape: [...batch, dim],
    };
    const expected = await evaluate(all);
    const found = await evaluate(few).catch((error: Error) =>
      broken(
        conditioner,
        LAW,
        `${formatShape(few.shape)} with a context of ${formatShape(context.shape)} must be taken, got '${error.message}'`,
      ),
    );
    for (const [i, name] of NAMES.entries()) {
      const what = `${name} of ${formatShape(few.shape)} with a context of ${formatShape(context.shape)}`;
      if (formatShape(found[i].shape) !== formatShape(expected[i].shape)) {
        broken(
          conditioner,
          LAW,
          `${what} must be ${formatShape(expected[i].shape)}, got ${formatShape(found[i].shape)}`,
        );
      }
      assertClose(conditioner, LAW, what, found[i].data, expected[i].data, tolerance);
    }
    const [byFew, byAll] = [await gradient(few), await gradient(all)];
    const summed = Array.from(byFew.data, (_, i) => {
      const event = Math.floor(i / dim);
      return Array.from({ length: ROWS }, (_copy, row) => byAll.data[(event * ROWS + row) * dim + (i % dim)]).reduce(
        (total, part) => total + part,
        0,
      );
    });
    assertClose(conditioner, LAW, `the gradient of ${formatShape(few.shape)}`, byFew.data, summed, 10 * tolerance);
  }

  async function evaluate(values: Values): Promise<Values[]> {
    return readValues(() => {
      const [input, given] = [toTensor(values), toTensor(context!)];
      const [unrolled, parallel] = [
        conditioner.unroll(input, affineStep, given),
        conditioner.transform(input, affineStep, given),
      ];
      return [conditioner.parameters(input, given), unrolled.value, unrolled.logDet, parallel.value, parallel.logDet];
    });
  }

  /** Of all that unrolling gives, each number with a weight of its own. */
  async function gradient(values: Values): Promise<Values> {
    const [found] = await readValues(() =>
      vjp(
        (input) => {
          const { value } = conditioner.unroll(input, affineStep, toTensor(context!));
          const weights = tensor1d(Array.from({ length: sizeOf(value.shape) }, (_, i) => Math.cos(i)));
          return sum(mul(reshape(value, [value.size]), weights));
        },
        [toTensor(values)],
        [toTensor({ data: [1], shape: [] })],
      ),
    );
    return found;
  }
}
