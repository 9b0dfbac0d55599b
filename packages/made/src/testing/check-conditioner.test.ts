import {
  add,
  cast,
  clone,
  keep,
  mean,
  mul,
  reshape,
  slice,
  type Tensor,
  tensor1d,
  tidy,
  type Variable,
  variable,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { type ModuleConfig, stopGradient } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import type { Step, ValueAndLogDet } from '../contract/conditioner.js';
import { Made, type MadeOptions } from '../made/made.js';
import { checkConditioner } from './index.js';

/** It obeys every law, and each subclass below breaks one. */
class Right extends Made {
  static override readonly type: string = 'Right';
  static override fromConfig({ type: _, ...options }: ModuleConfig): Right {
    return new this({ ...(options as unknown as MadeOptions), seed: 0 });
  }

  override config(): ModuleConfig {
    return { ...super.config(), type: (this.constructor as typeof Right).type };
  }
}

class LooksAhead extends Right {
  override parameters(x: Tensor, context?: Tensor): Tensor {
    return tidy(() =>
      add(super.parameters(x, context), reshape(mul(mean(x, -1), 1e-3), [...x.shape.slice(0, -1), 1, 1])),
    );
  }
}

class IgnoresContext extends Right {
  override parameters(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => super.parameters(x, context && zerosLike(context)));
  }
}

class Flattens extends Right {
  override parameters(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => reshape(super.parameters(x, context), [...x.shape.slice(0, -1), this.dim * this.parameterCount]));
  }
}

class SpreadsNaN extends Right {
  override parameters(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => add(super.parameters(x, context), mul(mean(x), 0)));
  }
}

class SolvesAnotherProblem extends Right {
  override unroll(input: Tensor, step: Step, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { value, logDet } = super.unroll(input, step, context);
      return { value: add(value, 0.01), logDet };
    });
  }
}

class StopsGradients extends Right {
  override unroll(input: Tensor, step: Step, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { value, logDet } = super.unroll(input, step, context);
      return { value: stopGradient(value), logDet };
    });
  }
}

class HasIdleVariable extends Right {
  readonly idle: Variable = tidy(() => variable(tensor1d([1])));
}

class ForgetsItsOrder extends Right {
  override config(): ModuleConfig {
    return { ...super.config(), order: 'natural' };
  }
}

class TakesAnything extends Right {
  override parameters(x: Tensor, context?: Tensor): Tensor {
    if (x.rank === 0 || x.shape.at(-1)! <= this.dim) return super.parameters(x, context);
    return tidy(() => super.parameters(slice(x, [0, 0], [-1, this.dim]), context));
  }
}

class Truncates extends Right {
  override unroll(input: Tensor, step: Step, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { value, logDet } = super.unroll(input, step, context);
      return { value: cast(value, input.dtype), logDet };
    });
  }
}

class WantsAnEventForEach extends Right {
  override parameters(x: Tensor, context?: Tensor): Tensor {
    if (context && x.rank > 0 && context.rank > x.rank) throw new Error('one context only');
    return super.parameters(x, context);
  }
}

class Leaks extends Right {
  override parameters(x: Tensor, context?: Tensor): Tensor {
    const result = super.parameters(x, context);
    keep(clone(x));
    return result;
  }
}

async function messageOf(wrong: new (options: MadeOptions) => Made, idle: string[] = []): Promise<string> {
  const make = () =>
    new wrong({
      dim: 3,
      parameterCount: 2,
      hidden: [12],
      contextDim: 2,
      order: 'reverse',
      activation: 'tanh',
      seed: 0,
    });
  return checkConditioner(make, { steps: 2, idle }).then(
    () => 'every law holds',
    (error: Error) => error.message,
  );
}

describe('checkConditioner', () => {
  test('passes what is right', async () => {
    expect(await messageOf(Right)).toBe('every law holds');
  });

  test.each([
    [Flattens, 'shapes: parameters of a batch of shape [8] must be [8, 3, 2], got [8, 6]'],
    [SpreadsNaN, 'NaN staying where it is: parameters of the other rows'],
    [
      LooksAhead,
      'exact connectivity: parameter 0 of dimension 2 must not depend on dimension 2, got a derivative of 0.000',
    ],
    [IgnoresContext, 'context reaching every output: the context does not change parameter 0 of dimension 2'],
    [SolvesAnotherProblem, 'unrolling inverting the parallel pass: value: 24 of 24 numbers differ'],
    [StopsGradients, 'gradients of unrolling: the input: '],
    [HasIdleVariable, 'a gradient for every variable: parameters: the gradient of idle is zero everywhere'],
    [ForgetsItsOrder, 'a configuration that rebuilds: parameters 0 must be '],
    [TakesAnything, 'refusing what does not fit: parameters of [2, 4] with a context of [2] must throw, got a result'],
    [Leaks, 'no leaked tensor: parameters must leave no tensor behind, got 1'],
    [Truncates, 'the same numbers for every type: value of unroll with an input of int32'],
    [
      WantsAnEventForEach,
      "one event under many contexts: [3] with a context of [8, 2] must be taken, got 'one context only'",
    ],
  ])('%o', async (wrong, message) => {
    expect(await messageOf(wrong)).toContain(`${wrong.name} breaks the law of ${message}`);
  });

  test('idle variables may be named', async () => {
    expect(await messageOf(HasIdleVariable, ['idle'])).toBe('every law holds');
  });
});
