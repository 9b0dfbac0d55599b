// The mistakes that published implementations of flows make, each as changes of our own sources, and the test that fails on it. docs/numbers.md lists them;
// scripts/ci/mistakes.mjs puts each one in and sees its test fail.

const MADE = 'packages/made/src/made/made.ts';
const DEGREES = 'packages/made/src/masks/degrees.ts';
const SEQUENCE = 'packages/bijectors/src/autoregressive/sequence/sequence-conditioner.ts';
const LSTM = 'packages/bijectors/src/autoregressive/lstm/lstm-conditioner.ts';
const SPLINE = 'packages/bijectors/src/elementwise/spline';
const VAE = 'packages/vae/src';
const DIGITS = 'apps/train/src/digits/model.ts';

/**
 * `mistake` is what is done wrong. Each of `variants` is one way to do it: `changes` say what is put in place of what, by file, and `fails` the file of tests, the title
 * of the test as it stands there, and what it must complain of.
 */
export const MISTAKES = [
  {
    mistake:
      'The context is added only to hidden units of degree 1 and above, so that the first dimension never sees it',
    variants: [
      {
        changes: [[DEGREES, 'const lowest = context ? 0 : 1;', 'const lowest = 1;']],
        fails: ['packages/made/src/made/made.test.ts', 'the laws of conditioners', /context reaching every output/],
      },
    ],
  },
  {
    mistake: 'Hidden degrees are drawn over the hidden width instead of the dimension: most units are dead',
    variants: [
      {
        changes: [[DEGREES, 'const highest = dim - 1;', 'const highest = width;']],
        fails: ['packages/made/src/made/made.test.ts', 'no hidden unit is dead', /expected \+?0 not to be \+?0/],
      },
    ],
  },
  {
    mistake: 'Masks are checked by an assertion that holds for any matrix',
    variants: ['1', 'unit > source ? 1 : 0'].map((entry) => ({
      changes: [['packages/made/src/masks/masks.ts', 'unit >= source ? 1 : 0', entry]],
      fails: [
        'packages/made/src/masks/masks.test.ts',
        'order %j, hidden %j, degrees %j: output i sees exactly the inputs before i',
        /to deeply equal/,
      ],
    })),
  },
  {
    mistake: 'Causal attention includes the position itself, so that the log-determinant is wrong',
    variants: [
      // Its value is in its token.
      [SEQUENCE, 'const previous = [zerosLike(columns[0]), ...columns.slice(0, -1)];', 'const previous = columns;'],
      // The mask lets the next token through, which has it.
      [
        'packages/bijectors/src/autoregressive/attention/attention-conditioner.ts',
        'key <= query ?',
        'key <= query + 1 ?',
      ],
    ].map((change) => ({
      changes: [change],
      fails: [
        'packages/bijectors/src/autoregressive/attention/attention-conditioner.test.ts',
        '%s: the laws',
        /exact connectivity: .* must not depend on dimension/,
      ],
    })),
  },
  {
    mistake: 'An LSTM is fed the dimension that it gives parameters of, or its first step ignores the context',
    variants: [
      {
        changes: [
          [SEQUENCE, 'const previous = [zerosLike(columns[0]), ...columns.slice(0, -1)];', 'const previous = columns;'],
        ],
        fails: [
          'packages/bijectors/src/autoregressive/lstm/lstm-conditioner.test.ts',
          '%s: the laws',
          /exact connectivity: .* must not depend on dimension/,
        ],
      },
      {
        changes: [
          [LSTM, 'context ? parts(this.#states(context), widths) :', ''],
          [
            SEQUENCE,
            '{ own: own[position], shared });\n      remembered',
            '{ own: own[position], shared: position > 0 ? shared : [] });\n      remembered',
          ],
        ],
        fails: [
          'packages/bijectors/src/autoregressive/lstm/lstm-conditioner.test.ts',
          '%s: the laws',
          /context reaching every output: the context does not change parameter/,
        ],
      },
    ],
  },
  {
    mistake: 'Normalising across dimensions leaks later ones into earlier ones',
    variants: [
      {
        changes: [
          [MADE, 'import { add, mul,', 'import { mean, sub, add, mul,'],
          [
            MADE,
            'nodes.push(value);',
            'nodes.push(l < this.layers.length - 1 ? sub(value, mean(value, -1, true)) : value);',
          ],
        ],
        fails: [
          'packages/made/src/made/made.test.ts',
          'the laws of conditioners',
          /exact connectivity: .* must not depend on dimension/,
        ],
      },
    ],
  },
  {
    mistake: 'Random masks are neither seeded nor saved: a reloaded model is another',
    variants: [
      {
        changes: [[MADE, ': { order: [...this.order], degrees: this.degrees.map((degrees) => [...degrees]) }', ': {}']],
        fails: ['packages/made/src/made/made.test.ts', 'the laws of conditioners', /a configuration that rebuilds/],
      },
      {
        changes: [
          ['packages/made/src/masks/order.ts', 'permutation(key(order.random), dim)', 'permutation(key(), dim)'],
        ],
        fails: [
          'packages/made/src/masks/masks.test.ts',
          'random orders are permutations, the same for the same key',
          /to deeply equal/,
        ],
      },
      {
        changes: [[DEGREES, 'split(key(choice.random), hidden.length)', 'split(key(), hidden.length)']],
        fails: [
          'packages/made/src/masks/masks.test.ts',
          'random degrees are the same for the same key',
          /to deeply equal/,
        ],
      },
    ],
  },
  {
    mistake: 'A round trip passes with a wrong log-determinant',
    variants: [
      {
        changes: [
          [
            'packages/tensor/src/kernels/affine/affine-form.ts',
            'logDet: broadcastTo(l, value.shape)',
            'logDet: mul(broadcastTo(l, value.shape), 0.5)',
          ],
        ],
        fails: [
          'packages/bijectors/src/elementwise/affine/affine.test.ts',
          'obeys the laws with a bound of %d',
          /automatic/,
        ],
      },
    ],
  },
  {
    mistake: 'The gate starts at ½, and every layer halves its input',
    variants: [
      {
        changes: [['packages/bijectors/src/elementwise/affine/gate.ts', 'forgetBias = 2', 'forgetBias = 0']],
        fails: ['packages/bijectors/src/elementwise/affine/gate.test.ts', 'obeys the laws with %j', /identity/],
      },
    ],
  },
  {
    mistake: 'Splines have gradients that are NaN outside of their interval, or a negative discriminant',
    variants: [
      {
        // Every number goes through a bin, and `where` takes those back that lie outside.
        changes: [
          [`${SPLINE}/spline.ts`, 'import { add,', 'import { equal, where, zerosLike, add,'],
          [
            `${SPLINE}/spline.ts`,
            "splineForward(inside, bins.find(inside, 'x'))",
            "splineForward(x, bins.find(inside, 'x'))",
          ],
          [
            `${SPLINE}/spline.ts`,
            "splineInverse(inside, bins.find(inside, 'y'))",
            "splineInverse(x, bins.find(inside, 'y'))",
          ],
          [
            `${SPLINE}/spline.ts`,
            'return { value: add(value, sub(x, inside)), logDet };',
            'const within = equal(x, inside);\n  return { value: where(within, value, x), logDet: where(within, logDet, zerosLike(logDet)) };',
          ],
        ],
        fails: [
          `${SPLINE}/rational-quadratic-spline.test.ts`,
          'obeys the laws with %j',
          /gradient for x must be finite .* got NaN/,
        ],
      },
      {
        // The textbook's quadratic, whose discriminant is a difference.
        changes: [
          [
            `${SPLINE}/rational-quadratic.ts`,
            'const both = add(twiceR, m);\n  const [t, u] = [div(twiceR, both), div(m, both)];',
            `const bend = sub(add(bin.derivative0, bin.derivative1), mul(slope, 2));
  const a = add(sub(slope, bin.derivative0), mul(r, bend));
  const b = sub(bin.derivative0, mul(r, bend));
  const root = sqrt(add(square(b), mul(mul(a, twiceR), 2)));
  const t = div(twiceR, add(b, root));
  const u = add(mul(t, -1), 1);`,
          ],
        ],
        fails: [`${SPLINE}/rational-quadratic-spline.test.ts`, 'obeys the laws with %j', /must be finite .* got NaN/],
      },
    ],
  },
  {
    mistake: 'The network is evaluated once for the value and once more for the log-determinant',
    variants: [
      {
        changes: [
          [
            'packages/made/src/contract/conditioner.ts',
            'const { value, logDet } = step(x, this.parameters(x, given));',
            'const { value } = step(x, this.parameters(x, given));\n      const { logDet } = step(x, this.parameters(x, given));',
          ],
        ],
        fails: [
          'packages/made/src/made/made.test.ts',
          'the parallel direction runs the network once, for the value and its log-determinant',
          /called 1 times/,
        ],
      },
      {
        changes: [
          [
            'packages/bijectors/src/coupling/coupling.ts',
            'const flat = this.network.applyToVectors(stays, given.context);',
            'this.network.applyToVectors(stays, given.context);\n      const flat = this.network.applyToVectors(stays, given.context);',
          ],
        ],
        fails: [
          'packages/bijectors/src/coupling/coupling.test.ts',
          'runs its network once, for the value and its log-determinant',
          /called 1 times/,
        ],
      },
    ],
  },
  {
    mistake: 'The KL divergence of two Gaussians is kept after a flow was added',
    variants: [
      {
        // With the density of a standard normal prior added, so that this alone is left of the difference of both.
        changes: [
          [`${VAE}/posterior.ts`, 'import { add,', 'import { square, zerosLike, add,'],
          [
            `${VAE}/posterior.ts`,
            'logPosterior: sub(gaussian.logProb, logDet)',
            `logPosterior: add(
    sum(normalLogProb(value, zerosLike(value)), -1),
    mul(sum(sub(add(square(loc), exp(mul(logScale, 2))), add(mul(logScale, 2), 1)), -1), 0.5),
  )`,
          ],
        ],
        fails: [
          `${VAE}/vae.test.ts`,
          'the KL term is log q(z|x) − log p(z) with the flow’s own density',
          /numbers differ/,
        ],
      },
      {
        changes: [
          [`${VAE}/posterior.ts`, 'logPosterior: sub(gaussian.logProb, logDet)', 'logPosterior: gaussian.logProb'],
        ],
        fails: [
          `${VAE}/vae.test.ts`,
          'the KL term is log q(z|x) − log p(z) with the flow’s own density',
          /numbers differ/,
        ],
      },
    ],
  },
  {
    mistake: 'Digits are made black and white once by rounding, and compared with results for dynamic binarisation',
    variants: [
      {
        changes: [
          [DIGITS, 'import { div,', 'import { round, div,'],
          [DIGITS, 'bernoulli(key, div(greyLevels, 255))', 'round(div(greyLevels, 255))'],
        ],
        fails: [
          'apps/train/src/digits/model.test.ts',
          'pixels are drawn anew for every step, white as often as their grey level says',
          /to not deeply equal/,
        ],
      },
      {
        changes: [
          [DIGITS, 'import { bernoulli,', 'import { bernoulli, key as same,'],
          [DIGITS, 'binarise(greyLevels, pixelKey)', 'binarise(greyLevels, same(0))'],
        ],
        fails: [
          'apps/train/src/digits/model.test.ts',
          'every step of training draws pixels of its own',
          /to not deeply equal/,
        ],
      },
    ],
  },
];
