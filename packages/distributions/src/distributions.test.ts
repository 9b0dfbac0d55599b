import {
  neg,
  tensor,
  tensor1d,
  tidy,
  variable,
  type Tensor,
  scalar,
  grad,
  sum,
  mean as average,
  zeros,
} from '@tensorflow/tfjs-core';
import { affine, AffineTransform, Elementwise, iaf, maf } from '@pushforward/bijectors';
import { key, type ModuleConfig, normal } from '@pushforward/tensor';
import { representatives } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';
import {
  Bernoulli,
  Categorical,
  ContinuousBernoulli,
  DiscretizedLogistic,
  Distribution,
  Independent,
  klDivergence,
  Laplace,
  Logistic,
  LogNormal,
  MixtureSameFamily,
  MultivariateNormalDiag,
  MultivariateNormalTriL,
  Normal,
  OneHotCategorical,
  type SampleOptions,
  StandardNormal,
  StudentT,
  Transformed,
  Uniform,
} from './index.js';
import { checkDistribution, type CheckDistributionOptions } from './testing/index.js';

const variableOf = (values: number | number[]) =>
  tidy(() => variable(Array.isArray(values) ? tensor1d(values) : scalar(values)));

const conditional = () =>
  new Transformed(new StandardNormal(2), maf({ dim: 2, contextDim: 2, transforms: 1, hidden: [8], seed: 1 }));
const bits = () => new Independent(new Bernoulli({ logits: variableOf([0, 1]) }), 1);

/** A flow away from its start. */
function trained<T extends Distribution>(flow: T, noise = 0.2): T {
  [...flow.variables().values()].forEach((weights, i) => {
    tidy(() => weights.assign(weights.add(normal(key(50 + i), weights.shape).mul(noise)) as never));
  });
  return flow;
}

const integers = (count: number) => Array.from({ length: count }, (_, i) => i);
const cases: [string, () => Distribution, CheckDistributionOptions][] = [
  ['normal', () => new Normal(1.5, 2), { support: { from: -20, to: 20 } }],
  [
    'normal, broadcast variables',
    () => new Normal(variableOf([-1, 0, 2]), variableOf(0.7)),
    { support: { from: -10, to: 10 } },
  ],
  ['standard normal', () => new StandardNormal(3), {}],
  ['standard normal of one number', () => new StandardNormal([]), { support: { from: -8, to: 8 } }],
  ['standard normal of matrices', () => new StandardNormal([2, 3]), {}],
  [
    'diagonal normal',
    () =>
      new MultivariateNormalDiag(
        [
          [0, 1],
          [2, 3],
        ],
        variableOf([0.5, 2]),
      ),
    {},
  ],
  ['uniform', () => new Uniform(variableOf(-1), [1, 3]), { support: { from: -1, to: 3 } }],
  ['bernoulli', () => new Bernoulli({ logits: variableOf([-3, 0, 1]) }), { support: { values: [0, 1] } }],
  ['categorical', () => new Categorical(variableOf([0.5, -1, 2, 0])), { support: { values: integers(4) } }],
  ['logistic', () => new Logistic(variableOf([1, -2]), 0.5), { support: { from: -20, to: 20 } }],
  ['laplace', () => new Laplace(variableOf([1, -2]), variableOf(0.5)), { support: { from: -15, to: 15 } }],
  // With more than 8 degrees of freedom the standard error of a deviation is itself finite.
  [
    "student's t",
    () => new StudentT(variableOf([9, 40]), variableOf([1, -2]), variableOf(0.5)),
    { support: { from: -40, to: 40 } },
  ],
  ['log-normal', () => new LogNormal(variableOf([0, -1]), variableOf(0.25)), { support: { from: 0, to: 8 } }],
  [
    'continuous bernoulli',
    () => new ContinuousBernoulli({ logits: variableOf([-9, 0, 1.5, 4]) }),
    { support: { from: 0, to: 1 } },
  ],
  ['one-hot categorical', () => new OneHotCategorical(variableOf([0.5, -1, 2])), { reparameterized: false }],
  [
    'normal with a full covariance',
    () =>
      new MultivariateNormalTriL(
        [
          [0, 1],
          [2, 3],
        ],
        variable(
          tensor([
            [0.5, 0],
            [-1, 2],
          ]),
        ),
      ),
    {},
  ],
  [
    'mixture of normals',
    () => new MixtureSameFamily(new Categorical([0.5, 0, -0.5]), new Normal(variableOf([-2, 0, 3]), variableOf(0.5))),
    { support: { from: -10, to: 10 } },
  ],
  [
    'mixture of vectors',
    () =>
      new MixtureSameFamily(
        new Categorical(variableOf([0, 1])),
        new Independent(
          new Normal(
            [
              [0, 1],
              [4, 5],
            ],
            1,
          ),
          1,
        ),
      ),
    { reparameterized: false },
  ],
  [
    'mixture of discretised logistics',
    () =>
      new MixtureSameFamily(new Categorical(variableOf([0, 1])), new DiscretizedLogistic([10, 50], 4, { high: 63 })),
    { support: { values: integers(64) } },
  ],
  [
    'discretised logistic',
    () => new DiscretizedLogistic(variableOf([3, 250]), variableOf(8)),
    { support: { values: integers(256) } },
  ],
  [
    'independent',
    () =>
      new Independent(
        new Normal(
          [
            [0, 1, 2],
            [3, 4, 5],
          ],
          1,
        ),
        1,
      ),
    {},
  ],
  [
    'maf',
    () => trained(new Transformed(new StandardNormal(2), maf({ dim: 2, transforms: 2, hidden: [8], seed: 1 }))),
    {},
  ],
  [
    'a flow of one number',
    () => new Transformed(new StandardNormal(1), affine({ loc: [1], scale: [2], trainable: true })),
    { support: { from: -15, to: 17 } },
  ],
  [
    'a flow of numbers in a vector',
    () =>
      new Transformed(
        new StandardNormal(3),
        new Elementwise({ transform: new AffineTransform(), parameters: [1, -1] }),
      ),
    {},
  ],
  [
    'iaf',
    () => trained(new Transformed(new Normal([0, 0], 1), iaf({ dim: 2, transforms: 2, hidden: [8], seed: 1 }))),
    {},
  ],
];

describe('every distribution obeys the laws', () => {
  test.each(representatives(cases))('%s', (_, make, options) => checkDistribution(make, { samples: 5000, ...options }));

  test('a flow with a context', async () => {
    const context = normal(key(3), [4, 2]);
    await checkDistribution(
      () => trained(new Transformed(new StandardNormal(2), maf({ dim: 2, contextDim: 2, hidden: [8], seed: 1 })), 0.1),
      { context, samples: 1000 },
    );
  });

  test('a flow whose base takes the context', async () => {
    const context = normal(key(3), [4, 2]);
    await checkDistribution(
      () => trained(new Transformed(conditional(), maf({ dim: 2, transforms: 1, hidden: [8], seed: 2 })), 0.1),
      { context, samples: 1000 },
    );
    await checkDistribution(
      () =>
        trained(
          new Transformed(conditional(), maf({ dim: 2, contextDim: 2, transforms: 1, hidden: [8], seed: 2 })),
          0.1,
        ),
      { context, samples: 1000 },
    );
    expect(() => new Transformed(conditional(), maf({ dim: 2, contextDim: 3 }))).toThrow(
      'Transformed: bijector must take the context of the base, [..., 2], got [..., 3]',
    );
  });
});

describe('the laws find what is wrong', () => {
  class Wrong extends Normal {
    static override readonly type: string = 'Wrong';
    static override fromConfig(config: ModuleConfig) {
      return new Wrong(config.loc as number, config.scale as number);
    }
    override config(): ModuleConfig {
      return { ...super.config(), type: Wrong.type };
    }
  }
  const support = { from: -20, to: 20 };
  const wrongs: [string, new (loc: number, scale: number) => Distribution][] = [
    [
      'shapes: logProb of',
      class extends Wrong {
        override logProb(x: Tensor) {
          return sum(super.logProb(x));
        }
      },
    ],
    [
      'seeds: the same seed',
      class extends Wrong {
        override sample(count: number) {
          return super.sample(count);
        }
      },
    ],
    [
      'the cumulative distribution',
      class extends Wrong {
        // Mean and deviation are right, the shape is not.
        override sample(count: number | number[], { seed }: SampleOptions = {}) {
          return new Uniform(-2 * Math.sqrt(3), 2 * Math.sqrt(3)).sample(count, { seed });
        }
        override sampleAndLogProb(count: number, options?: SampleOptions) {
          return Distribution.prototype.sampleAndLogProb.call(this, count, options);
        }
      },
    ],
    [
      'sampleAndLogProb: logProb',
      class extends Wrong {
        override sampleAndLogProb(count: number, options?: object) {
          const { value, logProb } = super.sampleAndLogProb(count, options);
          return { value, logProb: logProb.add(1) };
        }
      },
    ],
    [
      'jointLogProb: that over 1 axes',
      class extends Wrong {
        override jointLogProb(x: Tensor, rank: number) {
          return super.jointLogProb(x, rank).add(rank);
        }
      },
    ],
    [
      'densities of all numbers: logProb where a number is',
      class extends Wrong {
        override logProb(x: Tensor) {
          return super.logProb(x).add(x.mul(0));
        }
      },
    ],
    [
      'densities of all numbers: logProb of event',
      class extends Wrong {
        override logProb(x: Tensor) {
          return super.logProb(x).add(sum(x).isNaN().mul(1));
        }
      },
    ],
    [
      'total probability',
      class extends Wrong {
        override logProb(x: Tensor) {
          return super.logProb(x).add(0.01);
        }
        override sampleAndLogProb(count: number, options?: SampleOptions) {
          const { value, logProb } = super.sampleAndLogProb(count, options);
          return { value, logProb: logProb.add(0.01) };
        }
      },
    ],
    [
      'the mean',
      class extends Wrong {
        override mean() {
          return scalar(0.5);
        }
      },
    ],
    [
      'the standard deviation',
      class extends Wrong {
        override stddev() {
          return scalar(2.5);
        }
      },
    ],
    [
      'the entropy',
      class extends Wrong {
        override entropy() {
          return scalar(2.5);
        }
      },
    ],
    [
      'a configuration that rebuilds: sample',
      class extends Wrong {
        override config() {
          return { ...super.config(), loc: 1 };
        }
      },
    ],
    [
      'no leaked tensor: logProb',
      class extends Wrong {
        override logProb(x: Tensor) {
          return super.logProb(x).add(0);
        }
      },
    ],
  ];
  test.each(wrongs)('%s', async (law, make) => {
    await expect(checkDistribution(() => new make(0, 2), { support })).rejects.toThrow(`breaks the law of ${law}`);
  });

  test('gradients', async () => {
    class Detached extends Normal {
      override logProb(x: Tensor) {
        return new Normal(0, 2).logProb(x);
      }
    }
    await expect(checkDistribution(() => new Detached(variableOf(0), variableOf(2)))).rejects.toThrow(
      'Detached breaks the law of gradients: that of loc must not vanish',
    );
    await expect(checkDistribution(bits)).rejects.toThrow(
      'Independent breaks the law of gradients through samples: that of base.logits must not vanish',
    );
    await checkDistribution(bits, { reparameterized: false });
  });
});

/** log-probabilities and entropies that scipy 1.17 gives in float64; the discretised logistic's and the Laplace distribution's from 60-digit arithmetic. */
describe('values in float64', () => {
  const points = [-30, -3, -0.5, 0, 1, 4, 1e4];

  test('normal', async () => {
    const distribution = new Normal(1.5, 2);
    const expected = [
      -125.64333571376461, -4.143335713764618, -2.112085713764618, -1.893335713764618, -1.643335713764618,
      -2.393335713764618, -12496251.893335713,
    ];
    await expect(distribution.logProb(tensor1d(points))).toBeAllClose(expected, { rtol: 1e-6 });
    await expect(distribution.entropy()).toBeAllClose(2.112085713764618, { rtol: 1e-6 });
  });

  test('logistic', async () => {
    const distribution = new Logistic(1.5, 2);
    const expected = [
      -16.443147469555974, -3.1435602983934396, -2.319670555596391, -2.216889192789745, -2.0950260203176327,
      -2.4470053432506913, -4999.94314718056,
    ];
    await expect(distribution.logProb(tensor1d(points))).toBeAllClose(expected, { rtol: 1e-6 });
    await expect(distribution.entropy()).toBeAllClose(2.6931471805599454, { rtol: 1e-6 });
    await expect(distribution.stddev()).toBeAllClose(3.6275987284684357, { rtol: 1e-6 });
  });

  test('laplace', async () => {
    const distribution = new Laplace(1.5, 2);
    const expected = [
      -17.1362943611199, -3.63629436111989, -2.38629436111989, -2.13629436111989, -1.63629436111989, -2.63629436111989,
      -5000.63629436112,
    ];
    await expect(distribution.logProb(tensor1d(points))).toBeAllClose(expected, { rtol: 1e-6 });
    await expect(distribution.entropy()).toBeAllClose(2.38629436111989, { rtol: 1e-6 });
    await expect(distribution.stddev()).toBeAllClose(2 * Math.SQRT2, { rtol: 1e-6 });
  });

  test('diagonal normal', async () => {
    const distribution = new MultivariateNormalDiag([0, 1, -1], [1, 2, 0.5]);
    await expect(
      distribution.logProb(
        tensor([
          [0, 1, -1],
          [2, -3, 0.5],
        ]),
      ),
    ).toBeAllClose([-2.756815599614018, -11.256815599614018], { rtol: 1e-6 });
    await expect(distribution.entropy()).toBeAllClose(4.2568155996140185, { rtol: 1e-6 });
  });

  test('bernoulli', async () => {
    const distribution = new Bernoulli({ logits: [-1000, -20, -1, 0, 2, 30, 1000] });
    const one = [
      -1000,
      -20.000000002061153,
      -1.3132616875182228,
      -Math.LN2,
      -0.1269280110429725,
      -9.357622968839737e-14,
      0,
    ];
    const zero = [
      0,
      -2.061153620314381e-9,
      -0.31326168751822286,
      -Math.LN2,
      -2.1269280110429727,
      -30.000000000000092,
      -1000,
    ];
    await expect(distribution.logProb(1)).toBeAllClose(one, { rtol: 1e-6, atol: 0 });
    await expect(distribution.logProb(0)).toBeAllClose(zero, { rtol: 1e-6, atol: 0 });
    expect(await distribution.logProb(tensor([-1, 0.5, 2, 255, -0.1, Infinity, NaN])).array()).toEqual([
      ...Array.from({ length: 6 }, () => -Infinity),
      NaN,
    ]);
    const entropy = [
      0,
      4.3284225984118455e-8,
      0.5822031088882179,
      Math.LN2,
      0.3653338550872076,
      2.9008631203401867e-12,
      0,
    ];
    await expect(distribution.entropy()).toBeAllClose(entropy, { rtol: 1e-5, atol: 1e-30 });
  });

  test('categorical', async () => {
    const distribution = new Categorical([1, -2, 0.5, 0]);
    const expected = [-0.7051731623189341, -3.705173162318934, -1.2051731623189341, -1.7051731623189341];
    await expect(distribution.logProb(tensor1d([0, 1, 2, 3], 'int32'))).toBeAllClose(expected, { rtol: 1e-6 });
    await expect(distribution.entropy()).toBeAllClose(1.110522003131006, { rtol: 1e-6 });
    await expect(distribution.logProb(tensor1d([-1, 4], 'int32'))).toBeAllClose([-Infinity, -Infinity]);
    const impossible = new Categorical([0, -Infinity, 0]);
    await expect(impossible.logProb(tensor1d([0, 1], 'int32'))).toBeAllClose([-Math.LN2, -Infinity]);
    await expect(impossible.entropy()).toBeAllClose(Math.LN2);
    // JSON knows no infinity.
    const copy = Categorical.fromConfig(JSON.parse(JSON.stringify(impossible.config())) as ModuleConfig);
    await expect(copy.logProb(tensor1d([0, 1], 'int32'))).toBeAllClose([-Math.LN2, -Infinity]);
  });

  test('categorical with large logits: only their differences count', async () => {
    const differences = [0, -0.5, -3];
    const total = Math.log(differences.reduce((sum, x) => sum + Math.exp(x), 0));
    for (const size of [1e4, 2 ** 20, -1e6]) {
      const distribution = new Categorical(differences.map((x) => size + x));
      await expect(distribution.logProb(tensor1d([0, 1, 2]))).toBeAllClose(
        differences.map((x) => x - total),
        { rtol: 1e-6, atol: 0 },
      );
    }
    expect(await new Categorical([0, 0]).logProb(tensor1d([0.5, -1, 2, Infinity, NaN])).array()).toEqual([
      -Infinity,
      -Infinity,
      -Infinity,
      -Infinity,
      NaN,
    ]);
  });

  test('discretised logistic with a narrow scale, and off its grid', async () => {
    // The bin's own width in the exponent, e^(−step/scale): 1 − e⁻²⁰ has no digits of it left.
    const exact = -2 * Math.log1p(Math.exp(-10)) + Math.log1p(-Math.exp(-20));
    await expect(new DiscretizedLogistic(10, 0.05).logProb(10)).toBeAllClose(exact, { rtol: 1e-5, atol: 0 });
    expect(await new DiscretizedLogistic(10, 2).logProb(tensor1d([-1, 256, 9.5])).array()).toEqual([
      -Infinity,
      -Infinity,
      -Infinity,
    ]);
  });

  test('discretised logistic', async () => {
    const wide = new DiscretizedLogistic(127.5, 20);
    const expected = [
      -6.351745223347673, -9.32420795323564, -4.821554090339704, -4.382234937630609, -4.382234937630609,
      -9.32420795323564, -6.351745223347673,
    ];
    await expect(wide.logProb(tensor1d([0, 1, 100, 127, 128, 254, 255]))).toBeAllClose(expected, { rtol: 1e-6 });
    await expect(wide.mean()).toBeAllClose(127.5, { rtol: 1e-6 });
    const narrow = new DiscretizedLogistic(10, 0.5);
    const far = [
      -19.000000005602796, -1.507262496960824, -0.7719368329053047, -1.507262496960824, -99.14541345786886, -489,
    ];
    await expect(narrow.logProb(tensor1d([0, 9, 10, 11, 60, 255]))).toBeAllClose(far, { rtol: 1e-6 });
  });

  test('uniform includes both ends', async () => {
    await expect(new Uniform(0, 2).logProb(tensor1d([-0.1, 0, 2, 2.1]))).toBeAllClose([
      -Infinity,
      -Math.LN2,
      -Math.LN2,
      -Infinity,
    ]);
    // Where float32 is coarse, some samples are rounded up to the upper end.
    const coarse = new Uniform(1e6, 1e6 + 1);
    await expect(coarse.logProb(coarse.sample(100, { seed: 0 }))).toBeAllClose(Array.from({ length: 100 }, () => 0));
  });
});

describe('far from the middle', () => {
  test.each<[string, Distribution]>([
    ['normal', new Normal(0, 1)],
    ['logistic', new Logistic(0, 1)],
    ['discretised logistic', new DiscretizedLogistic(0, 1, { low: -1e4, high: 1e4, step: 1 })],
  ])('%s: values and gradients are finite and pull back', async (_, distribution) => {
    const slope = await grad((x) => sum(distribution.logProb(x)))(tensor1d([-9999, 9999])).data();
    expect(slope[0]).toBeGreaterThan(0);
    expect(slope[1]).toBeLessThan(0);
    for (const value of [...slope, ...(await distribution.logProb(tensor1d([-9999, 9999])).data())])
      expect(Number.isFinite(value)).toBe(true);
  });
});

const logistic = (z: number) => Math.exp(-Math.abs(z)) / (1 + Math.exp(-Math.abs(z))) ** 2;

describe('klDivergence', () => {
  test('of Gaussians in closed form', async () => {
    // log(3/2) + ½((2/3)² + (2/3)² − 1)
    await expect(klDivergence(new Normal(1, 2), new Normal(-1, 3))).toBeAllClose(0.3499095525526088, { rtol: 1e-6 });
    const p = new MultivariateNormalDiag([1, 1], [2, 2]);
    await expect(klDivergence(p, new Independent(new Normal([-1, -1], 3), 1))).toBeAllClose(2 * 0.3499095525526088, {
      rtol: 1e-6,
    });
    await expect(klDivergence(new StandardNormal(2), p)).toBeAllClose(2 * (Math.LN2 + 0.5 * (0.25 + 0.25 - 1)), {
      rtol: 1e-6,
    });
  });

  test('of discrete distributions as a sum', async () => {
    // log(q/p)-weighted by hand: p(1) = σ(1), q(1) = σ(−2).
    const [p, q] = [1 / (1 + Math.exp(-1)), 1 / (1 + Math.exp(2))];
    const bernoulli = p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
    await expect(
      klDivergence(new Bernoulli({ logits: [1, 1000] }), new Bernoulli({ logits: [-2, -1000] })),
    ).toBeAllClose([bernoulli, 1000], { rtol: 1e-6 });
    await expect(
      klDivergence(new Categorical([Math.log(0.25), Math.log(0.75), -Infinity]), new Categorical([0, 0, 0])),
    ).toBeAllClose(0.25 * Math.log(0.75) + 0.75 * Math.log(2.25), { rtol: 1e-6 });
    const rows = new Independent(
      new Categorical([
        [
          [0, 1],
          [2, 0],
        ],
        [
          [1, 1],
          [0, 5],
        ],
      ]),
      1,
    );
    await expect(klDivergence(rows, rows)).toBeAllClose([0, 0]);
    const grid = new DiscretizedLogistic([20, 25], 4, { high: 63 });
    const other = new DiscretizedLogistic(22, 6, { high: 63 });
    const { value, logProb } = grid.sampleAndLogProb(20_000, { seed: 0 });
    // The estimate has a standard error of 0.003.
    await expect(klDivergence(grid, other)).toBeAllClose(average(logProb.sub(other.logProb(value)), 0), {
      rtol: 0,
      atol: 0.02,
    });
  });

  test('of other families in closed form', async () => {
    // By quadrature with 50 digits.
    await expect(klDivergence(new Laplace([1, 0], [2, 0.5]), new Laplace([-1, 4], [3, 1]))).toBeAllClose(
      [0.317384735555793, 3.6933149118739],
      { rtol: 1e-6 },
    );
    await expect(
      klDivergence(new ContinuousBernoulli({ logits: [3, 0.5, -20] }), new ContinuousBernoulli({ logits: [-1, 0, 2] })),
    ).toBeAllClose([0.56725577685542, 0.0103519902756424, 3.05717168253172], { rtol: 1e-6, atol: 1e-7 });
    await expect(klDivergence(new LogNormal(1, 2), new LogNormal(-1, 3))).toBeAllClose(0.3499095525526088, {
      rtol: 1e-6,
    });
    const [p, q] = [
      [1, 0, -Infinity],
      [0, 2, 1],
    ];
    await expect(klDivergence(new OneHotCategorical(p), new OneHotCategorical(q))).toBeAllClose(
      klDivergence(new Categorical(p), new Categorical(q)),
    );
  });

  test('with a context', async () => {
    const context = normal(key(0), [4, 3]);
    const flow = trained(
      new Transformed(new StandardNormal(2), maf({ dim: 2, contextDim: 3, hidden: [8], seed: 3 })),
      0.1,
    );
    const divergence = await klDivergence(flow, new StandardNormal(2), { samples: 200, seed: 0, context }).data();
    expect(divergence).toHaveLength(4);
    for (const nats of divergence) expect(nats).toBeGreaterThan(0);
    await expect(klDivergence(flow, flow, { samples: 20, seed: 0, context })).toBeAllClose([0, 0, 0, 0], {
      atol: 1e-5,
    });
  });

  test('by sampling otherwise, within its error of the truth', async () => {
    const [p, q] = [new Logistic(0, 1), new Logistic(1, 1)];
    // By quadrature in float64.
    let truth = 0;
    for (let x = -40; x < 40; x += 1e-3) truth += logistic(x) * Math.log(logistic(x) / logistic(x - 1)) * 1e-3;
    await expect(klDivergence(p, q, { samples: 40_000, seed: 0 })).toBeAllClose(truth, { rtol: 0, atol: 0.015 });
    await expect(klDivergence(p, p, { samples: 10, seed: 0 })).toBeAllClose(0);
  });

  test('different events are refused', () => {
    expect(() => klDivergence(new StandardNormal(2), new StandardNormal(3))).toThrow(
      'klDivergence: q eventShape must be [2], got [3]',
    );
  });
});

describe('flows', () => {
  test.each([maf, iaf])('the density integrates to 1', async (factory) => {
    const flow = trained(
      new Transformed(new StandardNormal(2), factory({ dim: 2, transforms: 2, hidden: [8], seed: 3 })),
    );
    const [cells, half] = [200, 14];
    const step = (2 * half) / cells;
    const axis = Array.from({ length: cells }, (_, i) => -half + (i + 0.5) * step);
    const grid = tensor(axis.flatMap((a) => axis.map((b) => [a, b])));
    await expect(sum(flow.logProb(grid).exp()).mul(step ** 2)).toBeAllClose(1, { rtol: 2e-3 });
  });

  test('each context has its own noise', async () => {
    const flow = new Transformed(new StandardNormal(2), maf({ dim: 2, contextDim: 3, hidden: [8], seed: 3 }));
    const draws = await flow.sample(4, { context: zeros([5, 3]), seed: 0 }).data();
    expect(new Set(draws).size).toBe(4 * 5 * 2);
  });

  test('samples move with the parameters of the base', async () => {
    const loc = variable(tensor1d([0, 0]));
    const flow = new Transformed(new Normal(loc, 1), maf({ dim: 2, hidden: [8], seed: 3 }));
    const slope = grad((x) => average(new Transformed(new Normal(x, 1), flow.bijector).sample(100, { seed: 0 })))(loc);
    await expect(slope).toBeAllClose([0.5, 0.5]);
    await expect(neg(slope)).toBeAllClose([-0.5, -0.5]);
  });
});

describe('what does not fit is refused', () => {
  test('constructors', () => {
    expect(() => new Normal([1, 2], [1, 2, 3])).toThrow('Normal: parameters must broadcast, got shapes [2] and [3]');
    expect(() => new StandardNormal(0)).toThrow('StandardNormal: event must be an integer of at least 1, got 0');
    expect(() => new MultivariateNormalDiag(0, 1)).toThrow(
      'MultivariateNormalDiag: loc or scaleDiag must be [..., D], got []',
    );
    expect(() => new Categorical(1)).toThrow('Categorical: logits must be [..., K], got []');
    expect(() => new Normal(0, 0)).toThrow('Normal: scale must be positive, got 0');
    expect(() => new Logistic(0, [1, -1])).toThrow('Logistic: scale must be positive, got -1');
    expect(() => new MultivariateNormalDiag([0, 1], NaN)).toThrow(
      'MultivariateNormalDiag: scaleDiag must be positive, got NaN',
    );
    expect(() => new Uniform(1, 1)).toThrow('Uniform: high must be above low 1, got 1');
    expect(() => new Uniform(-3.4e38, 3.4e38)).toThrow(
      'Uniform: high must be at most 3.4028234663852886e+38 above low -3.4e+38, got 3.4e+38',
    );
    expect(() => new Uniform(0, Infinity)).toThrow('Uniform: high must be');
    expect(() => new Uniform(-1e38, 2e38)).not.toThrow();
    expect(() => new DiscretizedLogistic(0, 1, { high: Infinity })).toThrow(
      'DiscretizedLogistic: high − low must be a positive multiple',
    );
    expect(() => new DiscretizedLogistic(0, 1, { low: 0, high: 1, step: 0.3 })).toThrow(
      'DiscretizedLogistic: high − low must be a positive multiple',
    );
    expect(() => new Independent(new Normal(0, 1), 1)).toThrow(
      'Independent: base must have 1 batch axes, got batch shape []',
    );
  });

  test('calls', () => {
    expect(() => new StandardNormal(2).logProb(zeros([3]))).toThrow('StandardNormal: x must be [..., 2], got [3]');
    expect(() => new Normal(0, 1).sample(-1)).toThrow('Normal: count must be an integer of at least 0, got -1');
    expect(() => new Uniform(0, 1).config()).not.toThrow();
    expect(() => new Normal(zeros([2]), 1).config()).toThrow(
      'Normal: loc: must be numbers or a variable to be saved, got a tensor',
    );
    expect(() => new Transformed(new StandardNormal(2), maf({ dim: 2, hidden: [8] })).entropy()).toThrow(
      'entropy has no closed form',
    );
    expect(() => new Normal([0, 1], 1).logProb(zeros([3]))).toThrow('Normal: x must broadcast with [2], got [3]');
    expect(() => new Bernoulli({ logits: [0, 1] }).logProb(zeros([3]))).toThrow(
      'Bernoulli: x must broadcast with [2], got [3]',
    );
    expect(() => new MultivariateNormalDiag([0, 1], 1).logProb(zeros([3, 1]))).toThrow(
      'MultivariateNormalDiag: x must be [..., 2], got [3, 1]',
    );
    expect(() => new Independent(new Normal([0, 1], 1), 1).logProb(zeros([3, 1]))).toThrow(
      'Independent: x must be [..., 2], got [3, 1]',
    );
  });
});

test('a count that is none, and an event that is no tensor, from plain JavaScript', () => {
  const normal = new StandardNormal(2);
  expect(() => normal.sample('3' as never)).toThrow(
    "StandardNormal: count must be an integer or a list of them, got '3'",
  );
  expect(() => normal.sample([2, 'x'] as never)).toThrow(
    "StandardNormal: count must be an integer of at least 0, got 'x'",
  );
  for (const distribution of [
    normal,
    new MultivariateNormalDiag([0, 0], [1, 1]),
    new Independent(new Normal([0, 0], 1), 1),
    new Transformed(normal, affine({ loc: [0, 0], scale: [1, 1] })),
  ]) {
    expect(() => distribution.logProb([1, 2] as never)).toThrow(/: x must be a tensor, got \[1, 2\]$/);
  }
});
