import {
  add,
  matMul,
  mul,
  reshape,
  sin,
  sum,
  type Tensor,
  type Tensor2D,
  tensor,
  tensor2d,
  tidy,
  type Variable,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { key, type ModuleConfig, normal, split } from '@pushforward/tensor';
import { Conditioner, Made, type Step, type ValueAndLogDet } from '@pushforward/made';
import { repetitions, representatives } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';
import { Autoregressive, type Direction } from './autoregressive.js';
import type { ElementwiseTransform } from '../contract/elementwise-transform.js';
import { checkBijector } from '../testing/index.js';
import { AffineTransform } from '../elementwise/affine/affine.js';
import { GateTransform } from '../elementwise/affine/gate.js';
import { ShiftTransform } from '../elementwise/affine/shift.js';

/** `parameters = sin(x)·(W ∘ mask) + context·U + b`, unrolled in the textbook way: everything anew for every dimension. */
class Sines extends Conditioner {
  static readonly type: string = 'Sines';
  static override fromConfig({ dim, parameterCount, contextDim, order }: ModuleConfig): Sines {
    return new this(dim as number, parameterCount as number, contextDim as number, order as number[]);
  }

  readonly weights: Variable;
  readonly contextWeights: Variable[];
  readonly bias: Variable;

  constructor(
    readonly dim: number,
    readonly parameterCount: number,
    readonly contextDim: number,
    readonly order: readonly number[],
  ) {
    super();
    const [a, b, c] = split(key(dim), 3);
    const width = dim * parameterCount;
    this.weights = tidy(() => variable(mul(normal(a, [dim, width]), 0.5)));
    this.contextWeights = contextDim > 0 ? [tidy(() => variable(mul(normal(b, [contextDim, width]), 0.5)))] : [];
    this.bias = tidy(() => variable(mul(normal(c, [width]), 0.5)));
  }

  parameters(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => {
      const product = this.times(sin(x), mul(this.weights, this.mask()));
      const sums = context ? add(product, this.times(context, this.contextWeights[0])) : product;
      return reshape(add(sums, this.bias), [...x.shape, this.parameterCount]);
    });
  }

  unroll(input: Tensor, step: Step, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      let value = zeros(input.shape);
      let logDets = zeros(input.shape);
      for (const dimension of this.order) {
        const next = step(input, this.parameters(value, context));
        const here = tensor(Array.from({ length: this.dim }, (_, i) => (i === dimension ? 1 : 0)));
        value = add(value, mul(next.value, here));
        logDets = add(logDets, mul(next.logDet, here));
      }
      return { value, logDet: sum(logDets, -1) };
    });
  }

  override config(): ModuleConfig {
    const { dim, parameterCount, contextDim, order } = this;
    return { type: (this.constructor as typeof Sines).type, dim, parameterCount, contextDim, order: [...order] };
  }

  mask(): Tensor {
    return tensor(
      Array.from({ length: this.dim }, (_, input) =>
        Array.from({ length: this.dim * this.parameterCount }, (_, column) =>
          this.order.indexOf(input) < this.order.indexOf(Math.floor(column / this.parameterCount)) ? 1 : 0,
        ),
      ),
    );
  }

  times(x: Tensor, weights: Tensor): Tensor {
    const rows = x.size / x.shape[x.rank - 1];
    return reshape(matMul(reshape(x, [rows, x.shape[x.rank - 1]]) as Tensor2D, weights as Tensor2D), [
      ...x.shape.slice(0, -1),
      weights.shape[1]!,
    ]);
  }
}

const TRANSFORMS = {
  shift: () => new ShiftTransform(),
  affine: () => new AffineTransform(),
  gate: () => new GateTransform(),
};
const ORDERS = [[0], [1, 0], [3, 0, 4, 2, 1]];
const DIRECTIONS: Direction[] = ['forward', 'inverse'];

const cases = Object.keys(TRANSFORMS).flatMap((transform) =>
  DIRECTIONS.flatMap((direction) =>
    ORDERS.flatMap((order) =>
      [0, 3].map((contextDim) => ({ transform: transform as keyof typeof TRANSFORMS, direction, order, contextDim })),
    ),
  ),
);

function make(
  transform: ElementwiseTransform,
  direction: Direction,
  order: readonly number[],
  contextDim = 0,
): Autoregressive {
  return new Autoregressive(
    new Sines(order.length, transform.parameterCount, contextDim, order),
    transform,
    direction,
    'flow',
  );
}

describe('Autoregressive', () => {
  test.each(representatives(cases))(
    '$transform, parallel $direction, order $order, context $contextDim: the laws',
    async ({ transform, direction, order, contextDim }) => {
      await checkBijector(() => make(TRANSFORMS[transform](), direction, order, contextDim), {
        eventShape: [order.length],
        // Without a dimension before it, no weight can matter.
        idle: order.length === 1 ? ['conditioner.weights'] : [],
        steps: 2,
      });
    },
  );

  // Without a context, the tests of iaf and maf do the same.
  const conditional = cases.filter(({ contextDim }) => contextDim > 0);
  test.each(representatives(conditional))(
    '$transform, parallel $direction, order $order, over a MADE: the laws',
    async ({ transform, direction, order, contextDim }) => {
      const dim = order.length;
      const { parameterCount } = TRANSFORMS[transform]();
      // Of two units of degree 0, both may be dead under relu, and the context would not reach the first dimension.
      const made = () =>
        new Made({ dim, parameterCount, hidden: [8], activation: 'tanh', contextDim: contextDim, order, seed: 0 });
      await checkBijector(() => new Autoregressive(made(), TRANSFORMS[transform](), direction), {
        eventShape: [dim],
        idle: dim === 1 ? ['conditioner.layers.0.weights'] : [],
        noise: 0.3,
        steps: 2,
      });
    },
  );

  test('100 training steps leave no tensor behind', async () => {
    await checkBijector(() => make(new AffineTransform(), 'inverse', [1, 0], 1), {
      eventShape: [2],
      steps: repetitions(100),
    });
  });

  test('the parallel direction is the transform under the conditioner, on x for IAF and on y for MAF', async () => {
    const input = tensor2d([
      [0.5, -1, 2],
      [1, 0, -0.3],
    ]);
    const iaf = make(new AffineTransform(), 'forward', [2, 0, 1]);
    const maf = make(new AffineTransform(), 'inverse', [2, 0, 1]);
    const parameters = iaf.conditioner.parameters(input);
    await expect(iaf.forward(input)).toBeAllClose(iaf.transform.forwardAndLogDet(input, parameters).value);
    await expect(maf.inverse(input)).toBeAllClose(maf.transform.inverseAndLogDet(input, parameters).value);
  });

  test('a conditioner that looks at the dimension itself is found out', async () => {
    class Peeks extends Sines {
      override mask() {
        return tensor(Array.from({ length: 2 }, (_, i) => [1, i === 0 ? 1 : 0].flatMap((entry) => [entry, entry])));
      }
    }
    const wrong = () => new Autoregressive(new Peeks(2, 2, 0, [0, 1]), new AffineTransform(), 'inverse');
    await expect(checkBijector(wrong, { eventShape: [2] })).rejects.toThrow(/^Autoregressive breaks the law of /);
  });

  test('a conditioner that looks ahead is found out', async () => {
    const options = { eventShape: [2], connectivity: (output: number, input: number) => output <= input };
    await expect(checkBijector(() => make(new ShiftTransform(), 'forward', [0, 1]), options)).rejects.toThrow(
      'Autoregressive breaks the law of exact connectivity: forward: output 0 must depend on input 1, got a derivative of 0',
    );
  });

  test('errors name the flow, the argument and the shapes', () => {
    const flow = make(new AffineTransform(), 'inverse', [3, 0, 4, 2, 1], 3);
    const x = zeros([7, 5]);
    expect(() => flow.forward(zeros([100, 4]), zeros([100, 3]))).toThrow('flow: x must be [..., 5], got [100, 4]');
    expect(() => flow.inverse(zeros([]), zeros([3]))).toThrow('flow: y must be [..., 5], got []');
    expect(() => flow.forward(x)).toThrow('flow: context must be [..., 3], got none');
    expect(() => flow.forward(x, zeros([7, 2]))).toThrow('flow: context must be [..., 3], got [7, 2]');
    expect(() => flow.inverse(x, zeros([4, 3]))).toThrow('flow: context batch must broadcast to [7], got [4]');
    expect(() => make(new AffineTransform(), 'inverse', [0]).inverse(zeros([1]), zeros([1]))).toThrow(
      'flow takes no context, got one of shape [1]',
    );
  });

  test('refuses parts that do not fit together', () => {
    const conditioner = new Sines(2, 2, 0, [0, 1]);
    expect(() => new Autoregressive(conditioner, new ShiftTransform(), 'forward')).toThrow(
      'Autoregressive: conditioner must give 1 parameters a dimension, got 2',
    );
    expect(() => new Autoregressive(conditioner, new AffineTransform(), 'backward' as 'inverse')).toThrow(
      "Autoregressive: direction must be 'forward' or 'inverse', got 'backward'",
    );
  });
});
