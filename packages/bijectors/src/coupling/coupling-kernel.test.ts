import { add, memory, mul, sum, type Tensor, tensor2d, tidy, variable, variableGrads } from '@tensorflow/tfjs-core';
import { Mlp, type MlpOptions, Network } from '@pushforward/made';
import { foldIn, key, normal } from '@pushforward/tensor';
import { hasMaskedNetworkKernels } from '@pushforward/tensor/kernels';
import { addNoise } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';
import { ElementwiseTransform } from '../contract/elementwise-transform.js';
import { AffineTransform } from '../elementwise/affine/affine.js';
import { GateTransform } from '../elementwise/affine/gate.js';
import { ShiftTransform } from '../elementwise/affine/shift.js';
import { RationalQuadraticSplineTransform } from '../elementwise/spline/rational-quadratic-spline.js';
import { Coupling } from './coupling.js';

/** A network whose layers run one by one: no kernel knows its class. */
class Composed extends Network {
  static readonly type = 'Composed';
  readonly inputDim: number;
  readonly outputDim: number;
  override readonly contextDim: number;
  constructor(readonly network: Mlp) {
    super();
    ({ inputDim: this.inputDim, outputDim: this.outputDim, contextDim: this.contextDim } = network);
  }
  apply(x: Tensor, context?: Tensor) {
    return this.network.apply(x, context);
  }
  override config() {
    return { type: Composed.type };
  }
}

const TRANSFORMS: Record<string, ElementwiseTransform> = {
  shift: new ShiftTransform(),
  affine: new AffineTransform(),
  unbounded: new AffineTransform({ bound: null }),
  gate: new GateTransform(),
  spline: new RationalQuadraticSplineTransform({ bins: 4, bound: 1.5 }),
};

interface Case extends Pick<MlpOptions, 'hidden' | 'contextDim' | 'activation'> {
  readonly dim: number;
  readonly transformed: readonly number[];
  readonly transform: keyof typeof TRANSFORMS;
}

const CASES: Case[] = [
  { dim: 2, transformed: [1], transform: 'affine', hidden: [8] },
  { dim: 2, transformed: [0], transform: 'gate', hidden: [], contextDim: 3 },
  { dim: 5, transformed: [3, 0], transform: 'shift', hidden: [7, 5, 9], activation: 'tanh' },
  { dim: 7, transformed: [6, 1, 4, 2], transform: 'unbounded', hidden: [13, 6], contextDim: 1, activation: 'silu' },
  { dim: 9, transformed: [0, 2, 4, 6, 8], transform: 'affine', hidden: [70, 41], contextDim: 2, activation: 'elu' },
  { dim: 24, transformed: [0], transform: 'affine', hidden: [5, 6], activation: 'softplus' },
  { dim: 20, transformed: Array.from({ length: 19 }, (_, i) => i), transform: 'gate', hidden: [33] },
  { dim: 6, transformed: [5, 0, 3], transform: 'spline', hidden: [12, 10], contextDim: 2, activation: 'leakyRelu' },
];

function networkOf({ dim, transformed, transform, ...options }: Case): Mlp {
  const outputDim = transformed.length * TRANSFORMS[transform].parameterCount;
  const network = new Mlp({ ...options, inputDim: dim - transformed.length, outputDim, init: 'orthogonal', seed: 0 });
  addNoise(network.trainableVariables(), key(1), 0.2);
  return network;
}

const layerOf = ({ dim, transformed, transform }: Case, network: Network) =>
  new Coupling({ dim, transformed, network, transform: TRANSFORMS[transform] });

/** The results of both directions, and the gradients of a sum of each in the inputs and every variable. */
function evaluate(layer: Coupling, network: Mlp, inputs: readonly Tensor[]): Record<string, Tensor> {
  const given = inputs.map((input) => variable(input));
  const results: Record<string, Tensor> = {};
  for (const direction of ['forwardAndLogDet', 'inverseAndLogDet'] as const) {
    const run = () => layer[direction](given[0], given[1]);
    const { value, logDet } = run();
    Object.assign(results, { [`${direction}: value`]: value, [`${direction}: logDet`]: logDet });
    const weights = [value, logDet].map(({ shape }, i) => normal(foldIn(key(2), i), shape));
    const { grads } = variableGrads(() => {
      const own = run();
      return add(sum(mul(own.value, weights[0])), sum(mul(own.logDet, weights[1]))).asScalar();
    }, [...given, ...network.trainableVariables()]);
    for (const [i, { name }] of given.entries()) results[`${direction}: gradient of input ${i}`] = grads[name];
    for (const [path, { name }] of network.variables()) results[`${direction}: gradient of ${path}`] = grads[name];
  }
  for (const each of given) each.dispose();
  return results;
}

describe.each(CASES)(
  '$transform of $transformed.length of $dim dimensions, hidden $hidden, context $contextDim',
  (options) => {
    // One event goes over the weights in another way; 16 are a tile, 256 a block of the gradient.
    test.each([1, 2, 16, 37, 300])(
      'by one kernel or by a network and a transform: the same, for %i events',
      async (rows) => {
        const network = networkOf(options);
        const x = normal(key(3), [rows, options.dim]);
        const inputs = options.contextDim ? [x, normal(key(4), [rows, options.contextDim])] : [x];
        const together = tidy(() => evaluate(layerOf(options, network), network, inputs));
        const apart = tidy(() => evaluate(layerOf(options, new Composed(network)), network, inputs));
        for (const [name, expected] of Object.entries(apart)) {
          // Sums over the events, whose order is not the same.
          const size = Math.max(1, ...(await expected.data()).map(Math.abs));
          await expect(together[name], name).toBeAllClose(expected, { rtol: 1e-5, atol: 1e-5 * size });
        }
      },
    );
  },
);

const [, , , options] = CASES;

test('one kernel does it where there is one for masked networks', () => {
  const network = networkOf(options);
  const order = [0, 3, 5, 6, 1, 4, 2];
  const run = () =>
    network.coupledTransform(normal(key(0), [3, 7]), order, TRANSFORMS.affine.form!('forward'), normal(key(1), [3, 1]));
  expect(tidy(run) !== undefined).toBe(hasMaskedNetworkKernels());
});

test('events and contexts of any batch shape', async () => {
  const network = networkOf(options);
  for (const [batch, contexts] of [
    [[], []],
    [[0], [0]],
    [[2, 3], [3]],
    [[3], [2, 1]],
    [[4], [1]],
  ]) {
    const x = normal(key(3), [...batch, 7]);
    const context = normal(key(4), [...contexts, 1]);
    const together = layerOf(options, network).forwardAndLogDet(x, context);
    const apart = layerOf(options, new Composed(network)).forwardAndLogDet(x, context);
    await expect(together.value).toBeAllClose(apart.value, { rtol: 1e-5, atol: 1e-5 });
    await expect(together.logDet).toBeAllClose(apart.logDet, { rtol: 1e-5, atol: 1e-5 });
  }
});

test('a row with NaN leaves the other rows as they are', async () => {
  const layer = layerOf(CASES[0], networkOf(CASES[0]));
  const rows = async (x: number[][]) => (await layer.forward(tensor2d(x)).array()) as number[][];
  const [clean, given] = [
    await rows([
      [1, 2],
      [0, 0],
      [3, 4],
    ]),
    await rows([
      [1, 2],
      [Number.NaN, 0],
      [3, 4],
    ]),
  ];
  expect([given[0], given[2]]).toEqual([clean[0], clean[2]]);
  expect(given[1]).toEqual([Number.NaN, Number.NaN]);
});

test('a class of one’s own that extends Mlp computes as it says', async () => {
  class Doubled extends Mlp {
    override apply(x: Tensor, context?: Tensor) {
      return mul(2, super.apply(x, context));
    }
  }
  const own = new Doubled({ inputDim: 1, hidden: [4], outputDim: 1, outputBias: [3], init: 'identity', seed: 0 });
  const layer = new Coupling({ dim: 2, transformed: [1], network: own, transform: new ShiftTransform() });
  await expect(layer.forward(normal(key(0), [1, 2]))).toBeAllClose(add(normal(key(0), [1, 2]), [[0, 6]]));
});

test('leaves no tensor behind', () => {
  const network = networkOf(options);
  const layer = layerOf(options, network);
  const before = memory().numTensors;
  tidy(() => void layer.forwardAndLogDet(normal(key(0), [3, 7]), normal(key(1), [3, 1])));
  expect(memory().numTensors).toBe(before);
});
