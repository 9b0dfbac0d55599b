// Writes docs/numbers.md: the worst errors of primitives and the parity with other libraries from test/numbers/results.json, which
// PUSHFORWARD_NUMBERS=write npx vitest run --project node test/numbers.test.ts measures; and the mistakes that published implementations make, with the test that each
// fails. `--check` writes nothing, and fails if the page is another, or a test that it names is not there.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { putBetween, tableOf } from './marked-text.mjs';
import { root } from './setup.mjs';

const check = process.argv.includes('--check');
const PAGE = 'docs/numbers.md';
const read = (file) => readFileSync(path.join(root, file), 'utf8');
const { primitives, parities } = JSON.parse(read('test/numbers/results.json'));

/** The mistake, and the test that fails on it: its file, and what stands there. */
const MISTAKES = [
  [
    'The context is added only to hidden units of degree 1 and above, so that the first dimension never sees it',
    'packages/made/src/masks/masks.test.ts',
    'the context, of degree 0, reaches every output through units of any degree',
  ],
  [
    'Hidden degrees are drawn over the hidden width instead of the dimension: most units are dead',
    'packages/made/src/made/made.test.ts',
    'no hidden unit is dead',
  ],
  [
    'Masks are checked by an assertion that holds for any matrix',
    'packages/made/src/masks/masks.test.ts',
    'order %j, hidden %j, degrees %j: output i sees exactly the inputs before i',
  ],
  [
    'Causal attention includes the position itself, so that the log-determinant is wrong',
    'packages/bijectors/src/autoregressive/autoregressive.test.ts',
    'a conditioner that looks at the dimension itself is found out',
  ],
  [
    'An LSTM is fed the dimension that it gives parameters of, or its first step ignores the context',
    'packages/bijectors/src/autoregressive/lstm/lstm-conditioner.test.ts',
    '%s: the parameters are those of the formulas in float64',
  ],
  [
    'Normalising across dimensions leaks later ones into earlier ones',
    'packages/bijectors/src/testing/check-bijector.test.ts',
    'exact connectivity, too much of it',
  ],
  [
    'Random masks are neither seeded nor saved: a reloaded model is another',
    'packages/made/src/testing/check-conditioner.test.ts',
    'ForgetsItsOrder',
  ],
  [
    'A round trip passes with a wrong log-determinant',
    'packages/bijectors/src/testing/check-bijector.test.ts',
    'log-determinant',
  ],
  [
    'The gate starts at ½, and every layer halves its input',
    'packages/bijectors/src/factories/attention.test.ts',
    'attentionMaf starts at the identity, attentionIaf at 0.88 of it for each layer',
  ],
  [
    'Splines have gradients that are NaN outside of their interval, or a negative discriminant',
    'packages/bijectors/src/elementwise/spline/rational-quadratic-spline.test.ts',
    'equals a float64 reference, at its knots and beyond its bounds too',
  ],
  [
    'The network is evaluated once for the value and once more for the log-determinant',
    'packages/made/src/made/made.test.ts',
    '%s: unrolling computes every unit once, and one pass of products without the masked ones',
  ],
  [
    'The KL divergence of two Gaussians is kept after a flow was added',
    'packages/vae/src/vae.test.ts',
    'the KL term is log q(z|x) − log p(z) with the flow’s own density',
  ],
  [
    'Digits are made black and white once by rounding, and compared with results for dynamic binarisation',
    'apps/train/src/digits/model.test.ts',
    'pixels are drawn anew for every step, white as often as their grey level says',
  ],
];

const missing = MISTAKES.filter(([, file, title]) => !read(file).includes(title));
for (const [, file, title] of missing) console.error(`scripts/numbers.mjs: ${file} has no test “${title}”`);

const shownUlps = (ulps) => (ulps < 10 ? ulps.toFixed(1) : Math.round(ulps).toString());
const shown = (value) => (value === 0 ? '0' : value.toExponential(0));
const backends = Object.keys(primitives[0].ulps);

const sections = {
  primitives: tableOf(
    ['function', 'x from', 'to', ...backends.map((name) => `\`${name}\``)],
    primitives.map(({ name, range, ulps }) => [
      name,
      ...range.map(String),
      ...backends.map((own) => shownUlps(ulps[own])),
    ]),
    true,
  ),
  parities: tableOf(
    ['flow', 'computed by', 'float32', 'float64'],
    parities.map(({ model, source, float32, float64 }) => [
      model,
      source.replace(/, float64$/, ''),
      shown(float32),
      shown(float64),
    ]),
  ),
  mistakes: tableOf(
    ['mistake', 'test that fails on it'],
    MISTAKES.map(([mistake, file, title]) => [mistake, `[${title.replaceAll('|', '\\|')}](../${file})`]),
  ),
};

const stale = Object.entries(sections).filter(([name, text]) =>
  putBetween(PAGE, `${name}: written by scripts/numbers.mjs`, 'end', text, check),
);
if (check && stale.length > 0) console.error(`${PAGE}: run node scripts/numbers.mjs`);
process.exit(missing.length > 0 || (check && stale.length > 0) ? 1 : 0);
