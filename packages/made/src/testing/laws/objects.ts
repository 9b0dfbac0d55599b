import { add, memory, mul, type Scalar, square, sum, tidy, variableGrads, zeros } from '@tensorflow/tfjs-core';
import { buildModule, formatShape, type Json, type ModuleClass } from '@pushforward/tensor';
import { makeModule } from '@pushforward/tensor/testing';
import type { Conditioner } from '../../contract/conditioner.js';
import { affineStep } from '../harness/steps.js';
import { broken, read, type Subject, toTensor } from '../harness/subject.js';

/** A module rebuilt from its configuration, with the weights copied path by path, gives the same numbers bit for bit. */
export async function checkConfig(subject: Subject, classes: readonly ModuleClass[]): Promise<void> {
  const law = 'a configuration that rebuilds';
  const { conditioner, x, context } = subject;
  const resultsOf = (of: Conditioner) =>
    read(() => {
      const [input, given] = [toTensor(x), context && toTensor(context)];
      return [of.parameters(input, given), ...Object.values(of.unroll(input, affineStep, given))];
    });
  const own = conditioner.constructor as unknown as ModuleClass<Conditioner>;
  if (typeof own.type !== 'string' || typeof own.fromConfig !== 'function') {
    broken(conditioner, law, 'the class must have a static type and a static fromConfig');
  }
  const config = JSON.stringify(conditioner.config());
  const rebuilt = buildModule<Conditioner>(JSON.parse(config) as Json, [...new Set<ModuleClass>([own, ...classes])]);
  const again = JSON.stringify(rebuilt.config());
  if (again !== config) broken(conditioner, law, `config() must be ${config}, got ${again}`);
  const [before, after] = [conditioner.variables(), rebuilt.variables()];
  const [wanted, got] = [before, after].map((variables) =>
    [...variables].map(([path, { shape }]) => `${path} ${formatShape(shape)}`).join(', '),
  );
  if (wanted !== got) broken(conditioner, law, `variables must be ${wanted || 'none'}, got ${got || 'none'}`);
  for (const [path, variable] of before) after.get(path)!.assign(variable);
  const [expected, found] = [await resultsOf(conditioner), await resultsOf(rebuilt)];
  for (const [i, name] of ['parameters', 'value', 'logDet'].entries()) {
    const worst = Array.from(expected[i].data).findIndex((value, at) => !Object.is(value, found[i].data[at]));
    if (worst < 0) continue;
    broken(conditioner, law, `${name} ${worst} must be ${expected[i].data[worst]}, got ${found[i].data[worst]}`);
  }
  rebuilt.dispose();
}

/** What does not fit is refused with an error that says what came, and without leaking. */
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
      checkRefused(conditioner, `${name} of ${describe(x, context)}`, call, mentions);
    input.dispose();
    given?.dispose();
  }
}

function describe(x: readonly number[], context?: readonly number[]): string {
  return `${formatShape(x)} with ${context ? `a context of ${formatShape(context)}` : 'no context'}`;
}

function checkRefused(conditioner: Conditioner, what: string, call: () => unknown, mentions: string): void {
  const law = 'refusing what does not fit';
  const before = memory().numTensors;
  let message: string | undefined;
  try {
    call();
  } catch (error) {
    message = (error as Error).message;
  }
  if (message === undefined) broken(conditioner, law, `${what} must throw, got a result`);
  if (!message.includes(mentions))
    broken(conditioner, law, `${what} must throw an error that mentions ${mentions}, got '${message}'`);
  const leaked = memory().numTensors - before;
  if (leaked !== 0) broken(conditioner, law, `${what} must leave no tensor behind, got ${leaked}`);
}

/** No call leaves a tensor behind but its results, nor do training steps, and dispose frees all the rest. */
export function checkMemory(make: () => Conditioner, { x, context }: Subject, steps: number): void {
  const law = 'no leaked tensor';
  const start = memory().numTensors;
  const conditioner = makeModule(make);
  const [input, given] = [toTensor(x), context && toTensor(context)];
  const expectLeft = (what: string, before: number) => {
    const leaked = memory().numTensors - before;
    if (leaked !== 0) broken(conditioner, law, `${what} must leave no tensor behind, got ${leaked}`);
  };
  const calls = {
    parameters: () => [conditioner.parameters(input, given)],
    unroll: () => Object.values(conditioner.unroll(input, affineStep, given)),
  };
  for (const [name, call] of Object.entries(calls)) {
    const before = memory().numTensors;
    for (const result of call()) result.dispose();
    if (input.isDisposed || given?.isDisposed)
      broken(conditioner, law, `${name} must leave its arguments alone, got a disposed one`);
    expectLeft(name, before);
  }
  const variables = conditioner.trainableVariables();
  const before = memory().numTensors;
  for (let step = 0; step < steps && variables.length > 0; step++) {
    const { value, grads } = variableGrads(() => {
      const { value: chosen, logDet } = conditioner.unroll(input, affineStep, given);
      return add(sum(square(conditioner.parameters(chosen, given))), sum(logDet)) as Scalar;
    }, variables);
    for (const variable of variables) {
      const gradient = grads[variable.name];
      if (gradient) tidy(() => variable.assign(add(variable, mul(gradient, -1e-4))));
      gradient?.dispose();
    }
    value.dispose();
    expectLeft(`training step ${step + 1}`, before);
  }
  input.dispose();
  given?.dispose();
  conditioner.dispose();
  expectLeft('dispose', start);
}
