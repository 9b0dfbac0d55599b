import {
  add,
  memory,
  mul,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { formatShape, type Module } from '@pushforward/tensor';
import { makeModule, rebuild } from '@pushforward/tensor/testing';
import type { Bijector } from '../../contract/bijector.js';
import { apply, evaluate, sizeOf, toTensor, type Values, type Way } from '../harness/evaluate.js';
import { broken, type Subject, WAYS } from '../harness/subject.js';

/** A module rebuilt from its configuration, with the weights copied path by path, gives the same numbers bit for bit. */
export async function checkConfig({ bijector, points }: Subject): Promise<void> {
  const law = 'a configuration that rebuilds';
  const rebuilt = rebuilding(bijector, law);
  for (const way of WAYS) {
    const expected = await evaluate(bijector, way, points[way]);
    const found = await evaluate(rebuilt, way, points[way]);
    for (const name of ['value', 'logDet'] as const) {
      const worst = Array.from(expected[name].data).findIndex((value, i) => !Object.is(value, found[name].data[i]));
      if (worst < 0) continue;
      broken(
        bijector,
        law,
        `${way}: ${name} ${worst} must be ${expected[name].data[worst]}, got ${found[name].data[worst]}`,
      );
    }
  }
  rebuilt.dispose();
}

/** The module as saving and loading would give it. */
export function rebuilding<M extends Module>(module: M, law: string): M {
  try {
    return rebuild(module);
  } catch (error) {
    return broken(module, law, (error as Error).message);
  }
}

/** What does not fit is refused with an error that names it, and without leaking. */
export function checkRefusals({ bijector, shapes }: Subject): void {
  const { contextDim } = bijector;
  const fitting = contextDim > 0 ? [contextDim] : undefined;
  for (const way of WAYS) {
    const event = shapes[way];
    const good = [2, ...event];
    const wrong: Refused[] =
      contextDim > 0
        ? [
            { shape: good, mentions: 'context' },
            { shape: good, context: [2, contextDim + 1], mentions: 'context' },
            { shape: good, context: [3, contextDim], mentions: 'context' },
          ]
        : [{ shape: good, context: [2, 1], mentions: 'context' }];
    if (event.length > 0) {
      const longer = [...good.slice(0, -1), good.at(-1)! + 1];
      const flatter = event.slice(1);
      wrong.push({ shape: longer, context: fitting, mentions: formatShape(longer) });
      wrong.push({ shape: flatter, context: fitting, mentions: formatShape(flatter) });
    }
    for (const refused of wrong) checkRefused(bijector, way, refused);
  }
}

interface Refused {
  readonly shape: readonly number[];
  readonly context?: readonly number[];
  /** What the error must say. */
  readonly mentions: string;
}

function checkRefused(bijector: Bijector, way: Way, { shape, context, mentions }: Refused): void {
  const law = 'refusing what does not fit';
  const input = toTensor(zeros(shape));
  const given = context && toTensor(zeros(context));
  const what = `${way} of ${formatShape(shape)} with ${context ? `a context of ${formatShape(context)}` : 'no context'}`;
  const before = memory().numTensors;
  const message = errorOf(() => void apply(bijector, way, input, given));
  if (message === null) broken(bijector, law, `${what} must throw, got a result`);
  if (!message.includes(mentions))
    broken(bijector, law, `${what} must throw an error that mentions ${mentions}, got '${message}'`);
  const leaked = memory().numTensors - before;
  if (leaked !== 0) broken(bijector, law, `${what} must leave no tensor behind, got ${leaked}`);
  input.dispose();
  given?.dispose();
}

function zeros(shape: readonly number[]): Values {
  return { data: Array.from({ length: sizeOf(shape) }, () => 0), shape };
}

function errorOf(action: () => void): string | null {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  return null;
}

const MEMORY = 'no leaked tensor';

/** No public call leaves a tensor behind or takes its argument away, nor do training steps, and dispose frees all the rest. */
export function checkMemory(make: () => Bijector, { points }: Subject, steps: number): void {
  const start = memory().numTensors;
  const bijector = makeModule(make);
  const inputs = WAYS.map((way) => toTensor(points[way].input));
  const contexts = WAYS.map((way) => points[way].context && toTensor(points[way].context));
  const expectLeft = (what: string, before: number, more = 0) => {
    const leaked = memory().numTensors - before - more;
    if (leaked !== 0) broken(bijector, MEMORY, `${what} must leave no tensor behind, got ${leaked}`);
  };
  for (const [i, way] of WAYS.entries()) {
    for (const method of [`${way}AndLogDet`, way] as const) {
      const before = memory().numTensors;
      const result = bijector[method](inputs[i], contexts[i]);
      const made = 'value' in result ? [result.value, result.logDet] : [result];
      if (made.includes(inputs[i]))
        broken(bijector, MEMORY, `${method} must return a tensor of its own, got its argument`);
      expectLeft(method, before, made.length);
      for (const tensor of made) tensor.dispose();
    }
  }
  const variables = bijector.trainableVariables();
  const before = memory().numTensors;
  for (let step = 0; step < steps; step++) {
    const way = WAYS[step % 2];
    const loss = () => {
      const { value, logDet } = apply(bijector, way, inputs[step % 2], contexts[step % 2]);
      return sub(mul(sum(square(value)), 0.5), sum(logDet));
    };
    if (variables.length === 0) tidy(() => void loss());
    else trainingStep(loss, variables);
    expectLeft(`training step ${step + 1}`, before);
  }
  for (const tensor of [...inputs, ...contexts]) tensor?.dispose();
  bijector.dispose();
  expectLeft('dispose', start);
}

function trainingStep(loss: () => Tensor, variables: readonly Variable[]): void {
  const { value, grads } = variableGrads(loss as Parameters<typeof variableGrads>[0], [...variables]);
  for (const variable of variables) {
    const gradient = grads[variable.name];
    tidy(() => variable.assign(add(variable, mul(gradient, -1e-4))));
  }
  value.dispose();
  for (const gradient of Object.values(grads)) gradient.dispose();
}
