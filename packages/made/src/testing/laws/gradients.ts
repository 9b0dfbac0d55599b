import type { Tensor } from '@tensorflow/tfjs-core';
import { foldIn, normal, vjp } from '@pushforward/tensor';
import { assertGradientClose, broken, readValues, toTensor, type Values } from '@pushforward/tensor/testing';
import { affineStep, unrollNaively } from '../harness/steps.js';
import { ROWS, type Subject } from '../harness/subject.js';

/**
 * Gradients of what a conditioner gives, by the input, the context and every trainable variable, under their names.
 *
 * @param run the function of input and context
 */
async function gradients(
  { conditioner, x, context, key }: Subject,
  run: (input: Tensor, context?: Tensor) => readonly Tensor[],
): Promise<Map<string, Values>> {
  const trainable = [...conditioner.variables()].filter(([, variable]) => variable.trainable);
  const names = ['the input', ...(context ? ['the context'] : []), ...trainable.map(([path]) => path)];
  const found = await readValues(() => {
    const [input, given] = [toTensor(x), context && toTensor(context)];
    const leaves = [input, ...(given ? [given] : []), ...trainable.map(([, variable]) => variable)];
    const cotangents = run(input, given).map((result, i) => normal(foldIn(key, 10 + i), result.shape));
    return vjp((...taken) => run(taken[0], given && taken[1]), leaves, cotangents);
  });
  return new Map(names.map((name, i) => [name, found[i]]));
}

/** The gradients of an unrolling are those of one whole pass for each dimension. */
export async function checkUnrolledGradients(subject: Subject): Promise<void> {
  const { conditioner, tolerance } = subject;
  const found = await gradients(subject, (input, context) => {
    const { value, logDet } = conditioner.unroll(input, affineStep, context);
    return [value, logDet];
  });
  const expected = await gradients(subject, (input, context) => {
    const { value, logDet } = unrollNaively(conditioner, input, affineStep, context);
    return [value, logDet];
  });
  for (const [name, { data }] of found) {
    const reference = expected.get(name)!.data;
    assertGradientClose(conditioner, 'gradients of unrolling', name, data, reference, tolerance);
  }
}

/** Every trainable variable has a finite gradient in both directions, and not only zeros. */
export async function checkGradients(subject: Subject, idle: readonly string[]): Promise<void> {
  const law = 'a gradient for every variable';
  const { conditioner } = subject;
  const parallel = await gradients(subject, (input, context) => [conditioner.parameters(input, context)]);
  const unrolled = await gradients(subject, (input, context) => {
    const { value, logDet } = conditioner.unroll(input, affineStep, context);
    return [value, logDet];
  });
  for (const [way, found] of [
    ['parameters', parallel],
    ['unroll', unrolled],
  ] as const) {
    for (const [name, { data }] of found) {
      const wrong = Array.from(data).find((value) => !Number.isFinite(value));
      if (wrong !== undefined) broken(conditioner, law, `${way}: the gradient of ${name} must be finite, got ${wrong}`);
      if (conditioner.variables().has(name) && !idle.includes(name) && Array.from(data).every((value) => value === 0)) {
        broken(conditioner, law, `${way}: the gradient of ${name} is zero everywhere over ${ROWS} events`);
      }
    }
  }
}
