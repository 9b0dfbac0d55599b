import {
  add,
  cast,
  exp,
  keep,
  log,
  mean,
  mul,
  neg,
  reshape,
  scalar,
  slice,
  sqrt,
  square,
  sub,
  type Tensor,
  tidy,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { type ModuleConfig, toFloat } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { describe, expect, test } from 'vitest';
import { ElementwiseTransform } from '../contract/elementwise-transform.js';
import { checkElementwiseTransform } from './index.js';

/** `y = x · exp(p)`: it obeys every law, and each subclass below breaks one. */
class Right extends ElementwiseTransform {
  static readonly type: string = 'Right';
  static override fromConfig(_config: ModuleConfig): ElementwiseTransform {
    return new this();
  }

  readonly parameterCount = 1;
  readonly identityParameters: readonly number[] = [0];

  forwardAndLogDet(x: Tensor, parameters: Tensor): ValueAndLogDet {
    return tidy(() => {
      const logScale = this.read(parameters);
      return { value: mul(x, exp(logScale)), logDet: add(zeros(x.shape), this.logDet(logScale)) };
    });
  }

  inverseAndLogDet(y: Tensor, parameters: Tensor): ValueAndLogDet {
    return tidy(() => {
      const logScale = neg(this.read(parameters));
      return { value: this.undo(y, logScale), logDet: add(zeros(y.shape), this.logDet(logScale)) };
    });
  }

  override config(): ModuleConfig {
    return { type: 'Right' };
  }

  read(parameters: Tensor): Tensor {
    if (parameters.shape.at(-1) !== 1)
      throw new Error(`right: parameters must be [..., 1], got [${parameters.shape.join(', ')}]`);
    return reshape(toFloat('right: parameters', parameters), parameters.shape.slice(0, -1));
  }

  undo(y: Tensor, logScale: Tensor): Tensor {
    return mul(y, exp(logScale));
  }

  logDet(logScale: Tensor): Tensor {
    return logScale;
  }
}

async function messageOf(wrong: new () => ElementwiseTransform, extreme = 40): Promise<string> {
  return checkElementwiseTransform(() => new wrong(), { extreme }).then(
    () => 'no law is broken',
    (error: Error) => error.message,
  );
}

test('a transform that obeys the laws passes', async () => {
  await checkElementwiseTransform(() => new Right(), { extreme: 40 });
});

describe('a broken law is named:', () => {
  test('owning no variable', async () => {
    class Owns extends Right {
      readonly scale = tidy(() => variable(scalar(1)));
    }
    expect(await messageOf(Owns)).toBe('Owns breaks the law of owning no variable: it owns scale');
  });

  test('shapes', async () => {
    class Flat extends Right {
      override logDet(logScale: Tensor) {
        return reshape(logScale, [1, ...logScale.shape]);
      }
    }
    expect(await messageOf(Flat)).toBe(
      'Flat breaks the law of shapes: forward of [4, 6] with parameters [4, 6, 1]: logDet must be [4, 6], got [1, 4, 6]',
    );
  });

  test('identity parameters', async () => {
    class Elsewhere extends Right {
      override readonly identityParameters = [1];
    }
    expect(await messageOf(Elsewhere)).toContain(
      'Elsewhere breaks the law of identity parameters: forward: value against x: 24 of 24 numbers differ',
    );
    class Many extends Right {
      override readonly identityParameters = [0, 0];
    }
    expect(await messageOf(Many)).toBe('Many breaks the law of identity parameters: must hold 1 numbers, got 2');
  });

  test('round trip', async () => {
    class Off extends Right {
      override undo(y: Tensor, logScale: Tensor) {
        return mul(super.undo(y, logScale), 1.001);
      }
    }
    expect(await messageOf(Off)).toContain('Off breaks the law of round trip: inverse after forward: ');
  });

  test('opposite log-derivatives', async () => {
    class Even extends Right {
      override logDet(logScale: Tensor) {
        return square(logScale);
      }
    }
    expect(await messageOf(Even)).toContain(
      'Even breaks the law of opposite log-derivatives: logDet of inverse against minus that of forward',
    );
  });

  test('log-derivative', async () => {
    class Twice extends Right {
      override logDet(logScale: Tensor) {
        return mul(logScale, 2);
      }
    }
    expect(await messageOf(Twice)).toContain(
      'Twice breaks the law of log-derivative: forward, against the automatic derivative: ',
    );
  });

  test('increasing', async () => {
    // The identity up to 10, and decreasing from there: no point that the other laws look at lies so far out.
    class Folds extends Right {
      override forwardAndLogDet(x: Tensor, parameters: Tensor) {
        return tidy(() => {
          const { value, logDet } = super.forwardAndLogDet(x, parameters);
          return { value: sub(value, mul(add(sub(x, 15), sqrt(square(sub(x, 15)))), 50)), logDet };
        });
      }
    }
    expect(await messageOf(Folds)).toContain(
      'Folds breaks the law of increasing: forward: from 15 to 16 the value goes from ',
    );
  });

  test('NaN staying in its element', async () => {
    class Spreads extends Right {
      override forwardAndLogDet(x: Tensor, parameters: Tensor) {
        return tidy(() => super.forwardAndLogDet(add(x, mul(mean(x), 0)), parameters));
      }
    }
    expect(await messageOf(Spreads)).toContain('Spreads breaks the law of NaN staying in its element: forward: ');
  });

  test('finite extremes', async () => {
    expect(await messageOf(Right, 100)).toBe(
      'Right breaks the law of finite extremes: forward: value must be finite at x = 0 and parameters of ±100, got NaN',
    );
    class Cusp extends Right {
      override undo(y: Tensor, logScale: Tensor) {
        return add(super.undo(y, logScale), mul(sqrt(square(y)), 0));
      }
    }
    expect(await messageOf(Cusp)).toBe(
      'Cusp breaks the law of finite extremes: inverse: gradient for x must be finite at x = 0 and parameters of ±0, got NaN',
    );
  });

  test('the same numbers for every type', async () => {
    class Truncates extends Right {
      override forwardAndLogDet(x: Tensor, parameters: Tensor) {
        return tidy(() => {
          const { value, logDet } = super.forwardAndLogDet(x, parameters);
          return { value: cast(value, x.dtype), logDet };
        });
      }
    }
    expect(await messageOf(Truncates)).toContain(
      'Truncates breaks the law of the same numbers for every type: forward with x of int32: value: ',
    );
  });

  test('refusing what does not fit', async () => {
    class Lenient extends Right {
      override read(parameters: Tensor) {
        return super.read(
          parameters.shape.at(-1) === 1
            ? parameters
            : slice(
                parameters,
                parameters.shape.map(() => 0),
                [...parameters.shape.slice(0, -1), 1],
              ),
        );
      }
    }
    expect(await messageOf(Lenient)).toBe(
      "Lenient breaks the law of refusing what does not fit: forward with parameters [24, 2] must throw an error that says so, got 'nothing'",
    );
  });

  test('a configuration that rebuilds', async () => {
    let made = 0;
    class Counts extends Right {
      readonly number = made++;
      override logDet(logScale: Tensor) {
        return mul(logScale, 1 + 1e-6 * this.number);
      }
    }
    expect(await messageOf(Counts)).toContain(
      'Counts breaks the law of a configuration that rebuilds: forward: logDet: ',
    );
  });

  test('no leaked tensor', async () => {
    class Leaks extends Right {
      override undo(y: Tensor, logScale: Tensor) {
        keep(log(y));
        return super.undo(y, logScale);
      }
    }
    expect(await messageOf(Leaks)).toBe(
      'Leaks breaks the law of no leaked tensor: inverse must leave no tensor behind, got 1',
    );
  });
});
