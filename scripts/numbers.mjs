// Writes docs/numbers.md: the worst errors of primitives and the parity with other libraries from test/numbers/results.json, and the mistakes that published
// implementations make, with the tests that fail on them. `--check` writes nothing, and fails if the page is another, or if mistakes.mjs names a test or a
// place in a source that is not there. `--measure` makes results.json anew first, by test/numbers on every backend that scripts/ci.mjs installs.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { putBetween, tableOf } from './shared/marked-text.mjs';
import { MISTAKES } from './mistakes.mjs';
import { root, run } from './setup.mjs';

const check = process.argv.includes('--check');
const PAGE = 'docs/numbers.md';
const read = (file) => readFileSync(path.join(root, file), 'utf8');
const RESULTS = 'test/numbers/results.json';

/** What the tests measure, whether they pass or not. */
function measure() {
  const report = '.cache/numbers.json';
  const tests = ['cpu', 'node', 'tensorflow', 'browser-webgl', 'browser-webgpu'].flatMap((project) => {
    run('vitest', ['run', '--project', project, 'test/numbers', '--reporter=json', `--outputFile=${report}`]);
    return JSON.parse(read(report)).testResults.flatMap(({ assertionResults }) => assertionResults);
  });
  const primitives = new Map();
  for (const { name, range, backend, ulps } of tests.flatMap(({ meta }) => meta.primitive ?? [])) {
    if (!primitives.has(name)) primitives.set(name, { name, range, ulps: {} });
    primitives.get(name).ulps[backend] = ulps;
  }
  const parities = tests.flatMap(({ meta }) => meta.parities ?? []);
  const results = { primitives: [...primitives.values()], parities };
  writeFileSync(path.join(root, RESULTS), `${JSON.stringify(results, null, 1)}\n`);
}

if (process.argv.includes('--measure')) measure();
const { primitives, parities } = JSON.parse(read(RESULTS));

const variants = MISTAKES.flatMap(({ variants: ways }) => ways);
const missing = [
  ...variants.map(({ fails: [file, title] }) => [file, title]),
  ...variants.flatMap(({ changes }) => changes.map(([file, from]) => [file, from])),
].filter(([file, text]) => !read(file).includes(text));
for (const [file, text] of missing) console.error(`scripts/numbers.mjs: ${file} does not hold “${text}”`);

/** Each test that fails on a mistake, once. */
function testsOf({ variants: ways }) {
  const links = ways.map(({ fails: [file, title] }) => {
    const name = `${path.basename(file, '.test.ts')}: ${title.replace(/^%s: /, '').replaceAll(/%[a-z]/g, '…')}`;
    return `[${name.replaceAll('|', '\\|')}](../${file})`;
  });
  return [...new Set(links)].join('; ');
}

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
    ['mistake', 'tests that fail on it'],
    MISTAKES.map((own) => [own.mistake, testsOf(own)]),
  ),
};

const stale = Object.entries(sections).filter(([name, text]) =>
  putBetween(PAGE, `${name}: written by scripts/numbers.mjs`, 'end', text, check),
);
if (check && stale.length > 0) console.error(`${PAGE}: run node scripts/numbers.mjs`);
process.exit(missing.length > 0 || (check && stale.length > 0) ? 1 : 0);
