import {
  abs,
  add,
  cast,
  concat,
  customGrad,
  exp,
  greater,
  isNaN,
  keep,
  log,
  matMul,
  max,
  maximum,
  mean,
  mul,
  reciprocal,
  relu,
  reshape,
  scalar,
  sqrt,
  square,
  split,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  tidy,
  type Variable,
  variable,
  where,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { admit, checkContext, type ModuleConfig, toFloat } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { describe, expect, test } from 'vitest';
import { Bijector } from '../contract/bijector.js';
import { checkBijector } from './index.js';

/** `y = scale · x + Σ context` for vectors of two: it obeys every law, and each subclass below breaks one. */
class Right extends Bijector {
  static readonly type: string = 'Right';
  static override fromConfig(config: ModuleConfig): Bijector {
    return new this(config.contextDim as number);
  }

  readonly eventRank: number = 1;
  readonly scale: Variable = tidy(() => variable(scalar(2)));

  constructor(override readonly contextDim: number = 0) {
    super();
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    this.check(x, context);
    return tidy(() => {
      const given = this.take(x, context);
      return { value: add(mul(given, this.scale), this.shift(context)), logDet: this.logDet(given, 1) };
    });
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    this.check(y, context);
    return tidy(() => {
      const given = this.take(y, context);
      return { value: mul(sub(given, this.shift(context)), this.reciprocal()), logDet: this.logDet(given, -1) };
    });
  }

  override config(): ModuleConfig {
    return { type: (this.constructor as typeof Right).type, contextDim: this.contextDim };
  }

  check(x: Tensor, context?: Tensor): void {
    if (x.shape.at(-1) !== 2) throw new Error(`right: x must be [..., 2], got [${x.shape.join(', ')}]`);
    checkContext('right', context, this.contextDim, x.shape.slice(0, -1));
  }

  /** As float32, with a copy for each context. */
  take(x: Tensor, context?: Tensor): Tensor {
    const float = toFloat('right: x', x);
    return context ? add(float, zeros([...context.shape.slice(0, -1), 1])) : float;
  }

  shift(context?: Tensor): Tensor {
    return context ? sum(context, -1, true) : scalar(0);
  }

  reciprocal(): Tensor {
    return reciprocal(this.scale);
  }

  logDet(x: Tensor, sign: number): Tensor {
    return add(zeros(x.shape.slice(0, -1)), mul(log(abs(this.scale)), 2 * sign));
  }
}

const eventShape = [2];

async function messageOf(wrong: new (contextDim: number) => Bijector, contextDim = 0, options = {}): Promise<string> {
  return checkBijector(() => new wrong(contextDim), { eventShape, steps: 3, ...options }).then(
    () => 'no law is broken',
    (error: Error) => error.message,
  );
}

test('a bijector that obeys the laws passes', async () => {
  await checkBijector(() => new Right(), { eventShape });
  await checkBijector(() => new Right(3), { eventShape, connectivity: (output, input) => output === input });
});

test('the event shape must have as many axes as the event rank', async () => {
  expect(await messageOf(Right, 0, { eventShape: [] })).toBe('checkBijector: eventShape must have 1 axes, got []');
});

describe('a broken law is named:', () => {
  test('shapes', async () => {
    class Flat extends Right {
      override logDet(x: Tensor, sign: number) {
        return reshape(super.logDet(x, sign), [x.size / 2]);
      }
    }
    expect(await messageOf(Flat)).toBe(
      'Flat breaks the law of shapes: forward of a batch of shape []: logDet must be [], got [1]',
    );
  });

  test('shapes, of a context that broadcasts', async () => {
    class Strict extends Right {
      override shift(context: Tensor) {
        return context.rank < 2 ? scalar(0) : super.shift(context);
      }
    }
    expect(await messageOf(Strict, 1)).toContain(
      'Strict breaks the law of shapes: forward of a batch of shape []: value: 2 of 2 numbers differ',
    );
  });

  test('NaN staying in its row', async () => {
    class Spreads extends Right {
      override forwardAndLogDet(x: Tensor) {
        return tidy(() => super.forwardAndLogDet(add(x, mul(mean(x), 0))));
      }
    }
    expect(await messageOf(Spreads)).toContain(
      'Spreads breaks the law of NaN staying in its row: forward: value of the other rows',
    );
    class Swallows extends Right {
      override forwardAndLogDet(x: Tensor) {
        return tidy(() => super.forwardAndLogDet(where(isNaN(x), zerosLike(x), x)));
      }
    }
    expect(await messageOf(Swallows)).toContain(
      'Swallows breaks the law of NaN staying in its row: forward: the value of a row of NaN must be NaN',
    );
  });

  test('round trip', async () => {
    class Off extends Right {
      override reciprocal() {
        return mul(super.reciprocal(), 1.001);
      }
    }
    expect(await messageOf(Off)).toContain('Off breaks the law of round trip: inverse after forward: ');
  });

  test('round trip in the tails', async () => {
    class OffInTheTail extends Right {
      override inverseAndLogDet(y: Tensor, context?: Tensor) {
        return tidy(() => {
          const { value, logDet } = super.inverseAndLogDet(y, context);
          return { value: where(greater(abs(value), 50), mul(value, 1.5), value), logDet };
        });
      }
    }
    expect(await messageOf(OffInTheTail)).toContain(
      'OffInTheTail breaks the law of round trip in the tails: inverse after forward of 100, 100 leads to 1',
    );
    class OtherSlopeInTheTail extends Right {
      override logDet(x: Tensor, sign: number) {
        return sign > 0
          ? super.logDet(x, sign)
          : add(super.logDet(x, sign), mul(cast(greater(max(abs(x), -1), 100), 'float32'), 0.5));
      }
    }
    expect(await messageOf(OtherSlopeInTheTail)).toContain(
      'OtherSlopeInTheTail breaks the law of round trip in the tails: logDet of inverse must be ',
    );
  });

  test('the inverse of any number', async () => {
    /** `y = eˣ`, with the log-determinant that a subclass gives. */
    class Positive extends Bijector {
      static readonly type: string = 'Positive';
      static override fromConfig(): Bijector {
        return new this();
      }
      readonly eventRank: number = 0;
      forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
        return tidy(() => {
          const given = admit({ name: 'positive', x, event: [], context }).x;
          return { value: exp(given), logDet: mul(given, 1) };
        });
      }
      inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
        return tidy(() => this.undo(admit({ name: 'positive', argument: 'y', x: y, event: [], context }).x));
      }
      undo(y: Tensor): ValueAndLogDet {
        return { value: log(y), logDet: mul(log(y), -1) };
      }
      override config(): ModuleConfig {
        return { type: (this.constructor as typeof Positive).type };
      }
    }
    expect(await messageOf(Positive, 0, { eventShape: [] })).toBe('no law is broken');
    class Clips extends Positive {
      override undo(y: Tensor) {
        return { value: log(maximum(y, 1e-30)), logDet: super.undo(y).logDet };
      }
    }
    expect(await messageOf(Clips, 0, { eventShape: [] })).toContain(
      'Clips breaks the law of the inverse of any number: inverse of 0 gives -69',
    );
    class Folds extends Positive {
      override undo(y: Tensor) {
        return super.undo(abs(y));
      }
    }
    expect(await messageOf(Folds, 0, { eventShape: [] })).toBe(
      'Folds breaks the law of the inverse of any number: inverse of -0.5 gives -0.6931471824645996, which forward takes to 0.5',
    );
  });

  test('the same numbers for every type', async () => {
    /** `(x₁, scale · x₂)`, both parts of the first one's type. */
    class Truncates extends Right {
      override forwardAndLogDet(x: Tensor, context?: Tensor) {
        this.check(x, context);
        return this.onSecond(x, (second) => mul(second, this.scale), 1);
      }
      override inverseAndLogDet(y: Tensor, context?: Tensor) {
        this.check(y, context);
        return this.onSecond(y, (second) => mul(second, this.reciprocal()), -1);
      }
      onSecond(x: Tensor, apply: (second: Tensor) => Tensor, sign: number) {
        return tidy(() => {
          const [first, second] = split(x, 2, -1);
          const value = concat([first, cast(apply(second), first.dtype)], -1);
          return { value, logDet: mul(this.logDet(x, sign), 0.5) };
        });
      }
    }
    expect(await messageOf(Truncates)).toContain(
      'Truncates breaks the law of the same numbers for every type: forward with an argument of int32: value: ',
    );
  });

  test('one event under many contexts', async () => {
    class OneForEach extends Right {
      override take(x: Tensor) {
        return toFloat('right: x', x);
      }
    }
    expect(await messageOf(OneForEach, 1)).toBe(
      'OneForEach breaks the law of one event under many contexts: forward of [2] with a context of [6, 1]: logDet must be [6], got []',
    );
  });

  test('opposite log-determinants', async () => {
    class SameSign extends Right {
      override logDet(x: Tensor) {
        return super.logDet(x, 1);
      }
    }
    expect(await messageOf(SameSign)).toContain(
      'SameSign breaks the law of opposite log-determinants: logDet of inverse against minus that of forward',
    );
  });

  test('log-determinant', async () => {
    class Half extends Right {
      override logDet(x: Tensor, sign: number) {
        return super.logDet(x, sign / 2);
      }
    }
    const message = await messageOf(Half);
    expect(message).toContain(
      'Half breaks the law of log-determinant: forward, against the automatic Jacobian: 6 of 6 numbers differ',
    );
    expect(message).toMatch(/expected 1\.\d+, got 0\.\d+$/);
  });

  // x₀ and x₁ both enter both outputs.
  class Rotates extends Right {
    override forwardAndLogDet(x: Tensor, context?: Tensor) {
      this.check(x, context);
      return tidy(() => super.forwardAndLogDet(rotate(x, 1)));
    }
    override inverseAndLogDet(y: Tensor, context?: Tensor) {
      return tidy(() => {
        const { value, logDet } = super.inverseAndLogDet(y, context);
        return { value: rotate(value, -1), logDet };
      });
    }
  }

  test('exact connectivity, too much of it', async () => {
    expect(await messageOf(Rotates)).toBe('no law is broken');
    expect(await messageOf(Rotates, 0, { connectivity: (output: number, input: number) => input <= output })).toContain(
      'Rotates breaks the law of exact connectivity: forward: output 0 must not depend on input 1, got a derivative of ',
    );
  });

  test('exact connectivity, too little of it', async () => {
    expect(await messageOf(Right, 0, { connectivity: () => true })).toBe(
      'Right breaks the law of exact connectivity: forward: output 0 must depend on input 1, got a derivative of 0',
    );
  });

  test('context reaching every output', async () => {
    class Ignores extends Right {
      override shift() {
        return scalar(0);
      }
    }
    expect(await messageOf(Ignores, 2)).toBe(
      'Ignores breaks the law of context reaching every output: forward: the context does not change output 0',
    );
    class FirstOnly extends Right {
      override shift(context: Tensor) {
        return mul(super.shift(context), tensor1d([1, 0]));
      }
    }
    expect(await messageOf(FirstOnly, 2)).toBe(
      'FirstOnly breaks the law of context reaching every output: forward: the context does not change output 1',
    );
  });

  class WithSpare extends Right {
    readonly spare: Variable = tidy(() => variable(scalar(1)));
    use(x: Tensor): Tensor {
      return x;
    }
    override forwardAndLogDet(x: Tensor, context?: Tensor) {
      return tidy(() => {
        const { value, logDet } = super.forwardAndLogDet(x, context);
        return { value: add(value, this.use(this.spare)), logDet };
      });
    }
    override inverseAndLogDet(y: Tensor, context?: Tensor) {
      this.check(y, context);
      return tidy(() => super.inverseAndLogDet(sub(y, this.use(this.spare))));
    }
  }

  test('a gradient for every variable, which is there', async () => {
    class Unused extends WithSpare {
      override use() {
        return scalar(0);
      }
    }
    expect(await messageOf(WithSpare)).toBe('no law is broken');
    expect(await messageOf(Unused)).toBe(
      'Unused breaks the law of a gradient for every variable: forward: spare has no gradient',
    );
  });

  test('a gradient for every variable, which is not zero', async () => {
    class Zero extends WithSpare {
      override use(x: Tensor) {
        return mul(x, 0);
      }
    }
    expect(await messageOf(Zero)).toBe(
      'Zero breaks the law of a gradient for every variable: forward: the gradient of spare is zero everywhere',
    );
    expect(await messageOf(Zero, 0, { idle: ['spare'] })).toBe('no law is broken');
  });

  test('a gradient for every variable, which is finite', async () => {
    class Infinite extends WithSpare {
      override use(x: Tensor) {
        return sqrt(mul(square(x), 0));
      }
    }
    expect(await messageOf(Infinite)).toContain(
      'Infinite breaks the law of a gradient for every variable: forward: the gradient of spare must be finite, got ',
    );
  });

  test('a gradient for every variable, which is finite for outliers', async () => {
    class Overflowing extends Right {
      override forwardAndLogDet(x: Tensor, context?: Tensor) {
        return tidy(() => {
          const { value, logDet } = super.forwardAndLogDet(x, context);
          const far = relu(sub(mul(abs(x), this.scale), 18));
          return { value, logDet: add(logDet, sum(sub(exp(mul(far, 50)), exp(mul(far, 50))), -1)) };
        });
      }
    }
    expect(await messageOf(Overflowing)).toMatch(
      /^Overflowing breaks the law of a gradient for every variable: forward: the gradient of scale must be finite at points ten standard deviations wide, got /,
    );
  });

  test('agreeing gradients', async () => {
    class Biased extends WithSpare {
      override inverseAndLogDet(y: Tensor) {
        const halved = customGrad((x) => ({ value: (x as Tensor).clone(), gradFunc: (dy: Tensor) => mul(dy, 0.5) }));
        return tidy(() => Right.prototype.inverseAndLogDet.call(this, sub(y, halved(this.spare))));
      }
    }
    expect(await messageOf(Biased)).toContain(
      'Biased breaks the law of agreeing gradients: spare through the inverse: 1 of 1 numbers differ',
    );
  });

  test('a configuration that rebuilds', async () => {
    const right = new Right();
    let made = 0;
    class Hidden extends Right {
      readonly secret = made++;
      override shift() {
        return scalar(this.secret);
      }
    }
    expect(await messageOf(Hidden)).toMatch(
      /^Hidden breaks the law of a configuration that rebuilds: forward: value 0 must be .*, got /,
    );
    class Forgets extends Right {
      override config() {
        return { ...super.config(), extra: made++ };
      }
    }
    expect(await messageOf(Forgets)).toContain(
      'Forgets breaks the law of a configuration that rebuilds: config() must be {',
    );
    class Fixed extends Right {
      static override fromConfig() {
        const bijector = new Fixed();
        bijector.scale.trainable = false;
        return bijector;
      }
    }
    // Which variables are frozen is saved and restored with their numbers, whatever a class does.
    expect(await messageOf(Fixed)).toBe('no law is broken');
    class Nameless extends Bijector {
      readonly eventRank = 1;
      forwardAndLogDet = Right.prototype.forwardAndLogDet.bind(right);
      inverseAndLogDet = Right.prototype.inverseAndLogDet.bind(right);
      override config() {
        return right.config();
      }
    }
    expect(await messageOf(Nameless)).toBe(
      'Nameless breaks the law of a configuration that rebuilds: Nameless: the class must have a static type and a static fromConfig',
    );
    class Other extends Right {
      static override fromConfig() {
        return new WithSpare();
      }
      override config() {
        return { type: 'Right', contextDim: 0 };
      }
    }
    expect(await messageOf(Other)).toMatch(/^Other breaks the law of a configuration that rebuilds: .*spare/);
  });

  test('refusing what does not fit', async () => {
    class Lenient extends Right {
      override check() {}
    }
    expect(await messageOf(Lenient)).toBe(
      'Lenient breaks the law of refusing what does not fit: forward of [2, 2] with a context of [2, 1] must throw, got a result',
    );
    class Silent extends Right {
      override check(x: Tensor, context?: Tensor) {
        if (x.shape.at(-1) !== 2) throw new Error('wrong');
        super.check(x, context);
      }
    }
    expect(await messageOf(Silent)).toBe(
      "Silent breaks the law of refusing what does not fit: forward of [2, 3] with no context must throw an error that mentions [2, 3], got 'wrong'",
    );
    class Spills extends Right {
      override check(x: Tensor, context?: Tensor) {
        if (context) keep(zeros([1]));
        super.check(x, context);
      }
    }
    expect(await messageOf(Spills)).toBe(
      'Spills breaks the law of refusing what does not fit: forward of [2, 2] with a context of [2, 1] must leave no tensor behind, got 1',
    );
  });

  test('no leaked tensor', async () => {
    class Leaks extends Right {
      override inverseAndLogDet(y: Tensor, context?: Tensor) {
        const result = super.inverseAndLogDet(y, context);
        keep(zeros([1]));
        return result;
      }
    }
    expect(await messageOf(Leaks)).toBe(
      'Leaks breaks the law of no leaked tensor: inverseAndLogDet must leave no tensor behind, got 1',
    );
    class LeaksLate extends Right {
      calls = 0;
      override forwardAndLogDet(x: Tensor, context?: Tensor) {
        if (++this.calls === 4) keep(zeros([1]));
        return super.forwardAndLogDet(x, context);
      }
    }
    expect(await messageOf(LeaksLate)).toBe(
      'LeaksLate breaks the law of no leaked tensor: training step 3 must leave no tensor behind, got 1',
    );
    class Holds extends Right {
      readonly mask = zeros([2]);
    }
    expect(await messageOf(Holds)).toBe(
      'Holds breaks the law of no leaked tensor: dispose must leave no tensor behind, got 1',
    );
    class Identity extends Right {
      override forwardAndLogDet(x: Tensor, context?: Tensor) {
        this.check(x, context);
        return { value: x, logDet: tidy(() => zeros(x.shape.slice(0, -1))) };
      }
      override inverseAndLogDet(y: Tensor, context?: Tensor) {
        return this.forwardAndLogDet(y, context);
      }
    }
    expect(await messageOf(Identity, 0, { idle: ['scale'] })).toContain('scale has no gradient');
    class Returns extends Identity {
      override readonly scale: Variable = tidy(() => variable(scalar(2), false));
    }
    expect(await messageOf(Returns)).toBe(
      'Returns breaks the law of no leaked tensor: forwardAndLogDet must return a tensor of its own, got its argument',
    );
  });
});

/** `y = (x, Σ x)` for vectors of two: of three numbers, any two determine the third. */
class WithTotal extends Bijector {
  static readonly type: string = 'WithTotal';
  static override fromConfig(): Bijector {
    return new this();
  }

  readonly eventRank = 1;

  override forwardEventShape(shape: readonly number[]): readonly number[] {
    if (shape.at(-1) !== 2) throw new Error(`withTotal: x must be [..., 2], got [${shape.join(', ')}]`);
    return [...shape.slice(0, -1), 3];
  }

  override inverseEventShape(shape: readonly number[]): readonly number[] {
    if (shape.at(-1) !== 3) throw new Error(`withTotal: y must be [..., 3], got [${shape.join(', ')}]`);
    return [...shape.slice(0, -1), 2];
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    if (context) throw new Error('withTotal: context must be absent');
    this.forwardEventShape(x.shape);
    return tidy(() => {
      const given = toFloat('withTotal: x', x);
      return { value: concat([given, sum(given, -1, true)], -1), logDet: zeros(x.shape.slice(0, -1)) };
    });
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    if (context) throw new Error('withTotal: context must be absent');
    const shape = [...this.inverseEventShape(y.shape)];
    return tidy(() => ({ value: this.apart(toFloat('withTotal: y', y), shape), logDet: zeros(shape.slice(0, -1)) }));
  }

  /** Reads the second number from the total. */
  apart(y: Tensor, shape: number[]): Tensor {
    const [first, , total] = split(y, 3, -1);
    return reshape(concat([first, sub(total, first)], -1), shape);
  }

  override config(): ModuleConfig {
    return { type: (this.constructor as typeof WithTotal).type };
  }
}

describe('a bijector whose y has more numbers than x', () => {
  test('is checked in the coordinates of y', async () => {
    expect(await messageOf(WithTotal, 0, { coordinates: [0, 1] })).toBe('no law is broken');
    expect(await messageOf(WithTotal, 0, { coordinates: [2, 1] })).toBe('no law is broken');
    expect(await messageOf(WithTotal)).toBe('checkBijector: coordinates must be 2 numbers, as many as x has, got 3');
  });

  test('log-determinant', async () => {
    class Doubled extends WithTotal {
      override forwardAndLogDet(x: Tensor, context?: Tensor) {
        return tidy(() => super.forwardAndLogDet(mul(x, 2), context));
      }
      override apart(y: Tensor, shape: number[]) {
        return mul(super.apart(y, shape), 0.5);
      }
    }
    expect(await messageOf(Doubled, 0, { coordinates: [0, 1] })).toContain(
      'Doubled breaks the law of log-determinant: forward, against the automatic Jacobian',
    );
  });

  test('shapes', async () => {
    class Forgets extends WithTotal {
      override inverseEventShape() {
        return [1];
      }
    }
    expect(await messageOf(Forgets, 0, { coordinates: [0, 1] })).toBe(
      'Forgets breaks the law of shapes: inverseEventShape of [3] must be [2], got [1]',
    );
    class Taller extends WithTotal {
      override get outputEventRank() {
        return 2;
      }
    }
    expect(await messageOf(Taller, 0, { coordinates: [0, 1] })).toBe(
      'Taller breaks the law of shapes: outputEventRank must be 1, got 2',
    );
  });
});

test('the domain moves the points', async () => {
  class AboveOne extends Right {
    override logDet(x: Tensor, sign: number) {
      return add(super.logDet(x, sign), mul(sum(log(abs(log(x))), -1), 0));
    }
    override inverseAndLogDet(y: Tensor, context?: Tensor) {
      return tidy(() => {
        const { value, logDet } = super.inverseAndLogDet(y, context);
        return { value: where(greater(value, 1), value, scalar(NaN)), logDet };
      });
    }
  }
  expect(await messageOf(AboveOne, 0, { domain: (x: Tensor) => add(square(x), 2) })).toBe('no law is broken');
});

test('the context must reach what it is said to reach, and no more', async () => {
  expect(await messageOf(Right, 2, { contextReach: (output: number) => output === 0 })).toBe(
    'Right breaks the law of context reaching every output: forward: the context changes output 1',
  );
});

function rotate(x: Tensor, sign: number): Tensor {
  const turn = tensor2d([
    [0.6, 0.8 * sign],
    [-0.8 * sign, 0.6],
  ]);
  return reshape(matMul(reshape(x, [x.size / 2, 2]), turn), x.shape);
}
