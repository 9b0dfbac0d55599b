import { reshape, slice, sum, type Tensor } from '@tensorflow/tfjs-core';
import { formatShape, sizeOf, vjp } from '@pushforward/tensor';
import { assertClose, broken, readValues, toTensor, type Values } from '@pushforward/tensor/testing';
import { affineStep } from '../harness/steps.js';
import { ROWS, type Subject, withBatch } from '../harness/subject.js';

const RESULTS = ['parameters', 'value', 'logDet'] as const;

/** The parameters at x, and what unrolling x gives. */
function evaluate({ conditioner }: Subject, x: Values, context?: Values): Promise<Values[]> {
  return readValues(() => {
    const [input, given] = [toTensor(x), context && toTensor(context)];
    const { value, logDet } = conditioner.unroll(input, affineStep, given);
    return [conditioner.parameters(input, given), value, logDet];
  });
}

/** Any number of leading batch axes gives the same numbers in another shape, and the context broadcasts. */
export async function checkShapes(subject: Subject): Promise<void> {
  const { conditioner, x, context, tolerance } = subject;
  const { dim, parameterCount } = conditioner;
  const reference = await evaluate(subject, x, context);
  for (const batch of [[ROWS], [], [2, 3], [0], [2, 0]]) {
    const found = await evaluate(subject, withBatch(x, batch), context && withBatch(context, batch));
    const shapes = [[...batch, dim, parameterCount], [...batch, dim], batch];
    for (const [i, name] of RESULTS.entries()) {
      const what = `${name} of a batch of shape ${formatShape(batch)}`;
      if (formatShape(found[i].shape) !== formatShape(shapes[i])) {
        broken(conditioner, 'shapes', `${what} must be ${formatShape(shapes[i])}, got ${formatShape(found[i].shape)}`);
      }
      const expected = Array.from(reference[i].data).slice(0, sizeOf(shapes[i]));
      assertClose(conditioner, 'shapes', what, found[i].data, expected, tolerance);
    }
  }
  if (!context) return;
  const one = Array.from(context.data).slice(0, conditioner.contextDim);
  const repeated = { data: Array.from({ length: ROWS }, () => one).flat(), shape: context.shape };
  const expected = await evaluate(subject, x, repeated);
  for (const lead of [[], [1]]) {
    const given = { data: one, shape: [...lead, conditioner.contextDim] };
    const found = await evaluate(subject, x, given);
    for (const [i, name] of RESULTS.entries()) {
      assertClose(
        conditioner,
        'shapes',
        `${name} with a context of shape ${formatShape(given.shape)}`,
        found[i].data,
        expected[i].data,
        tolerance,
      );
    }
  }
}

/** A row of NaN changes no other row, and NaN in one dimension of what is unrolled no dimension before it. */
export async function checkNaN(subject: Subject): Promise<void> {
  const law = 'NaN staying where it is';
  const { conditioner, x, context } = subject;
  const { dim, order, parameterCount } = conditioner;
  const clean = await evaluate(subject, x, context);
  const poisoned = await evaluate(
    subject,
    { ...x, data: Array.from(x.data, (value, i) => (i < dim ? Number.NaN : value)) },
    context,
  );
  for (const [i, size] of [dim * parameterCount, dim, 1].entries()) {
    const [found, expected] = [poisoned[i], clean[i]].map(({ data }) => Array.from(data).slice(size));
    assertClose(conditioner, law, `${RESULTS[i]} of the other rows`, found, expected, 0);
  }
  for (const [place, dimension] of order.entries()) {
    const data = Array.from(x.data, (value, i) => (i === dimension ? Number.NaN : value));
    const [, value] = await evaluate(subject, { ...x, data }, context);
    if (!Number.isNaN(value.data[dimension]))
      broken(conditioner, law, `value ${dimension} must be NaN where its input is, got ${value.data[dimension]}`);
    for (const before of order.slice(0, place)) {
      assertClose(
        conditioner,
        law,
        `value ${before} with NaN in dimension ${dimension}`,
        [value.data[before]],
        [clean[1].data[before]],
        0,
      );
    }
  }
}

/**
 * The derivatives of the parameters by the dimensions that are not before theirs, or not their parents in the graph, are exactly zero in every row, the others are not zero in all
 * rows; and every parameter depends on the context.
 */
export async function checkConnectivity({ conditioner, x, context }: Subject): Promise<void> {
  const { dim, parameterCount, order, graph } = conditioner;
  const [input, given] = [toTensor(x), context && toTensor(context)];
  const leaves = given ? [input, given] : [input];
  for (const [place, dimension] of order.entries()) {
    for (let p = 0; p < parameterCount; p++) {
      const parameter = (...[at, with_]: Tensor[]) =>
        sum(slice(conditioner.parameters(at, with_), [0, dimension, p], [ROWS, 1, 1]));
      const [byInput, byContext] = await readValues(() =>
        vjp(parameter, leaves, [reshape(toTensor({ data: [1], shape: [1] }), [])]),
      );
      const what = `parameter ${p} of dimension ${dimension}`;
      for (const [other, source] of order.entries()) {
        const found = Array.from({ length: ROWS }, (_, row) => byInput.data[row * dim + source]).find(
          (derivative) => derivative !== 0,
        );
        const depends = graph ? graph[dimension][source] === 1 : other < place;
        if (depends === (found !== undefined)) continue;
        const expected = depends ? 'must depend' : 'must not depend';
        broken(
          conditioner,
          'exact connectivity',
          `${what} ${expected} on dimension ${source}, got a derivative of ${found ?? 0}`,
        );
      }
      if (byContext && !Array.from(byContext.data).some((derivative) => derivative !== 0)) {
        broken(conditioner, 'context reaching every output', `the context does not change ${what}`);
      }
    }
  }
  for (const leaf of leaves) leaf.dispose();
}

/** Unrolled values are a fixed point: the step, with the parameters at these values, gives them again. */
export async function checkUnrolling({ conditioner, x, context, tolerance }: Subject): Promise<void> {
  const law = 'unrolling inverting the parallel pass';
  const [value, logDet, expectedValue, expectedLogDet] = await readValues(() => {
    const [input, given] = [toTensor(x), context && toTensor(context)];
    const unrolled = conditioner.unroll(input, affineStep, given);
    const parallel = affineStep(input, conditioner.parameters(unrolled.value, given));
    return [unrolled.value, unrolled.logDet, parallel.value, sum(parallel.logDet, -1)];
  });
  assertClose(conditioner, law, 'value', value.data, expectedValue.data, tolerance);
  assertClose(conditioner, law, 'logDet', logDet.data, expectedLogDet.data, tolerance);
}
