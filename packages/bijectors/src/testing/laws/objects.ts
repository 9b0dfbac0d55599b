import { memory, mul, square, sub, sum, zeros } from '@tensorflow/tfjs-core';
import { formatShape } from '@pushforward/tensor';
import {
  assertFreed,
  assertRefused,
  assertSame,
  broken,
  makeModule,
  rebuilt,
  toTensor,
  trainingStep,
} from '@pushforward/tensor/testing';
import type { Bijector } from '../../contract/bijector.js';
import { apply, evaluate, type Way } from '../harness/evaluate.js';
import { type Subject, WAYS } from '../harness/subject.js';

/** A module rebuilt from its configuration, with the weights copied path by path, gives the same numbers bit for bit. */
export async function checkConfig({ bijector, points }: Subject): Promise<void> {
  const law = 'a configuration that rebuilds';
  const copy = rebuilt(bijector, law);
  for (const way of WAYS) {
    const expected = await evaluate(bijector, way, points[way]);
    const found = await evaluate(copy, way, points[way]);
    for (const name of ['value', 'logDet'] as const)
      assertSame(bijector, law, `${way}: ${name}`, found[name].data, expected[name].data);
  }
  copy.dispose();
}

/** Arguments that do not fit are refused with an error that names them, and without leaking. */
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
  /** The text of the error. */
  readonly mentions: string;
}

function checkRefused(bijector: Bijector, way: Way, { shape, context, mentions }: Refused): void {
  const input = zeros([...shape]);
  const given = context && zeros([...context]);
  const what = `${way} of ${formatShape(shape)} with ${context ? `a context of ${formatShape(context)}` : 'no context'}`;
  assertRefused(bijector, what, () => apply(bijector, way, input, given), mentions);
  input.dispose();
  given?.dispose();
}

/** No public call leaves a tensor behind or takes its argument away, nor do training steps, and dispose frees all the rest. */
export function checkMemory(make: () => Bijector, { points }: Subject, steps: number): void {
  const start = memory().numTensors;
  const bijector = makeModule(make);
  const inputs = WAYS.map((way) => toTensor(points[way].input));
  const contexts = WAYS.map((way) => points[way].context && toTensor(points[way].context));
  for (const [i, way] of WAYS.entries()) {
    for (const method of [`${way}AndLogDet`, way] as const) {
      const before = memory().numTensors;
      const result = bijector[method](inputs[i], contexts[i]);
      const made = 'value' in result ? [result.value, result.logDet] : [result];
      if (made.includes(inputs[i]))
        broken(bijector, 'no leaked tensor', `${method} must return a tensor of its own, got its argument`);
      assertFreed(bijector, method, before + made.length);
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
    trainingStep(loss, variables);
    assertFreed(bijector, `training step ${step + 1}`, before);
  }
  for (const tensor of [...inputs, ...contexts]) tensor?.dispose();
  bijector.dispose();
  assertFreed(bijector, 'dispose', start);
}
