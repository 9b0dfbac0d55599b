import { add, memory, square, sum, zeros } from '@tensorflow/tfjs-core';
import { formatShape } from '@pushforward/tensor';
import {
  assertFreed,
  assertRefused,
  assertSame,
  broken,
  makeModule,
  readValues,
  rebuilt,
  toTensor,
  trainingStep,
} from '@pushforward/tensor/testing';
import type { Conditioner } from '../../contract/conditioner.js';
import { affineStep } from '../harness/steps.js';
import type { Subject } from '../harness/subject.js';

/** A module rebuilt from its configuration, with the weights copied path by path, gives the same numbers bit for bit. */
export async function checkConfig(subject: Subject): Promise<void> {
  const law = 'a configuration that rebuilds';
  const { conditioner, x, context } = subject;
  const resultsOf = (of: Conditioner) =>
    readValues(() => {
      const [input, given] = [toTensor(x), context && toTensor(context)];
      return [of.parameters(input, given), ...Object.values(of.unroll(input, affineStep, given))];
    });
  const copy = rebuilt(conditioner, law);
  const [expected, found] = [await resultsOf(conditioner), await resultsOf(copy)];
  for (const [i, name] of ['parameters', 'value', 'logDet'].entries())
    assertSame(conditioner, law, name, found[i].data, expected[i].data);
  copy.dispose();
}

/** Arguments that do not fit are refused with an error that says what came, and without leaking. */
export function checkRefusals(conditioner: Conditioner): void {
  const { dim, contextDim } = conditioner;
  const fitting = contextDim > 0 ? [contextDim] : undefined;
  const cases: { x: number[]; context?: number[]; mentions: string }[] = [
    { x: [2, dim + 1], context: fitting, mentions: `[2, ${dim + 1}]` },
    { x: [], context: fitting, mentions: '[]' },
    { x: [2, dim], context: [2, contextDim + 1], mentions: `[2, ${contextDim + 1}]` },
  ];
  if (contextDim > 0) {
    cases.push({ x: [2, dim], mentions: 'context' });
    cases.push({ x: [2, dim], context: [3, contextDim], mentions: '[3]' });
  }
  for (const { x, context, mentions } of cases) {
    const [input, given] = [zeros(x), context && zeros(context)];
    const calls = {
      parameters: () => conditioner.parameters(input, given),
      unroll: () => conditioner.unroll(input, affineStep, given),
    };
    for (const [name, call] of Object.entries(calls))
      assertRefused(conditioner, `${name} of ${describe(x, context)}`, call, mentions);
    input.dispose();
    given?.dispose();
  }
}

function describe(x: readonly number[], context?: readonly number[]): string {
  return `${formatShape(x)} with ${context ? `a context of ${formatShape(context)}` : 'no context'}`;
}

/** No call leaves a tensor behind but its results, nor do training steps, and dispose frees all the rest. */
export function checkMemory(make: () => Conditioner, { x, context }: Subject, steps: number): void {
  const start = memory().numTensors;
  const conditioner = makeModule(make);
  const [input, given] = [toTensor(x), context && toTensor(context)];
  const calls = {
    parameters: () => [conditioner.parameters(input, given)],
    unroll: () => Object.values(conditioner.unroll(input, affineStep, given)),
  };
  for (const [name, call] of Object.entries(calls)) {
    const before = memory().numTensors;
    for (const result of call()) result.dispose();
    if (input.isDisposed || given?.isDisposed)
      broken(conditioner, 'no leaked tensor', `${name} must leave its arguments alone, got a disposed one`);
    assertFreed(conditioner, name, before);
  }
  const loss = () => {
    const { value, logDet } = conditioner.unroll(input, affineStep, given);
    return add(sum(square(conditioner.parameters(value, given))), sum(logDet));
  };
  const before = memory().numTensors;
  for (let step = 0; step < steps; step++) {
    trainingStep(loss, conditioner.trainableVariables());
    assertFreed(conditioner, `training step ${step + 1}`, before);
  }
  input.dispose();
  given?.dispose();
  conditioner.dispose();
  assertFreed(conditioner, 'dispose', start);
}
