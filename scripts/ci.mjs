// Every check there is: the test suite, then what needs a browser, packed packages or minutes. Prints "N passed, N failed" at the end, and
// ", N skipped" if something could not run here.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { environment, root } from './setup.mjs';

let passed = 0;
let failed = 0;
let leftOut = 0;

/** What takes longer hangs: a process that waits for a GPU may wait for ever. */
const LONGEST = 30 * 60_000;

function shell(command, args, options = {}) {
  const start = performance.now();
  const limits = { timeout: LONGEST, killSignal: 'SIGKILL' };
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    env: environment,
    stdio: 'inherit',
    ...limits,
    ...options,
  });
  if (error)
    console.error(
      error.code === 'ETIMEDOUT'
        ? `${command} ${args.join(' ')}: killed after ${LONGEST / 60_000} minutes`
        : error.message,
    );
  console.log(`(${Math.round((performance.now() - start) / 1000)} s)`);
  return status ?? 1;
}

/** A vitest run, counted by its own tests; a run that dies without a report is one failure. */
function vitest(title, command, args, options) {
  console.log(`\n=== ${title}`);
  const report = path.join(root, '.cache', `ci-${title.replaceAll(/\W+/g, '-')}.json`);
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const status = shell(
    command,
    [...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    options,
  );
  let tests = { numPassedTests: 0, numFailedTests: 0 };
  try {
    tests = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    console.error(`${title}: no report`);
  }
  passed += tests.numPassedTests;
  failed += status !== 0 && tests.numFailedTests === 0 ? 1 : tests.numFailedTests;
}

/** A check that passes when its command exits with 0. */
function check(title, command, args, options) {
  console.log(`\n=== ${title}`);
  const ok = shell(command, args, options) === 0;
  console.log(`${ok ? 'ok' : 'FAILED'}: ${title}`);
  if (ok) passed++;
  else failed++;
}

// Backends other than our own two run every kernel and every operation that the packages use, and one test of each kind of model: the laws of the
// other classes, which are made of the same operations, hold or fail on any backend, and take a graphics processor in software an hour.
const models = ['distributions/src/distributions', 'vae/src/vae', 'training/src/fit', 'training/src/optimizer'];
const bijectors = [
  'autoregressive.test',
  'coupling/coupling.test',
  'elementary/elementary',
  'residual/planar',
  'transforms/rational-quadratic',
].map((name) => `bijectors/src/${name}`);

/** The packages' tests on the backend whose library does not come with an installation. */
function nativeBackend() {
  console.log('\n=== native backend');
  const missing = 2;
  const status = shell('node', ['scripts/ci/native-backend.mjs']);
  if (status === missing) {
    console.log('LEFT OUT: the tests on TensorFlow, for want of what is named above');
    leftOut++;
  } else if (status === 0) {
    passed++;
    vitest('tensorflow', 'vitest', [
      'run',
      '--project',
      'tensorflow',
      'packages/tensor',
      'test/native',
      'test/slow',
      'made/src/made-density',
      ...bijectors,
      ...models,
    ]);
  } else {
    console.log('FAILED: native backend');
    failed++;
  }
}

vitest('npm test', 'npm', ['test', '--']);
// What npm test tries on a few random cases.
const onMany = (cases) => ({ env: { ...environment, PUSHFORWARD_CASES: String(cases) } });
vitest(
  'properties',
  'vitest',
  ['run', '--project', 'node', '--project', 'cpu', '--project', 'wasm', '.property.test.ts'],
  onMany(10_000),
);
// So many of each of 17 kinds of file: together more than 20,000.
vitest('damaged files', 'vitest', ['run', '--project', 'node', 'test/fuzz'], onMany(1500));
check('unused exports and dependencies', 'knip', []);
check('metadata of the packages', 'node', ['scripts/metadata.mjs', '--check']);
check('no types of Node in browsers', 'node', ['scripts/ci/browser-types.mjs']);
check('documentation site', 'node', ['scripts/ci/docs.mjs']);
check('packed packages', 'node', ['scripts/ci/packed.mjs']);
check('programs of the READMEs', 'node', ['scripts/ci/readmes.mjs']);
check('chromium', 'bash', ['scripts/ci/install-chromium.sh']);
check('pages', 'node', ['scripts/ci/pages.mjs']);
vitest('browser', 'vitest', ['run', '--project', 'browser-wasm']);
// In two runs, because a page keeps every shader.
vitest('webgl', 'vitest', ['run', '--project', 'browser-webgl', 'packages/tensor']);
vitest('webgl, models', 'vitest', [
  'run',
  '--project',
  'browser-webgl',
  'made/src/made-density',
  ...bijectors,
  ...models,
]);
vitest('webgpu in a browser', 'vitest', ['run', '--project', 'browser-webgpu', 'packages/tensor']);
vitest('webgpu in a browser, models', 'vitest', [
  'run',
  '--project',
  'browser-webgpu',
  'made/src/made-density',
  ...models,
]);
check('webgpu for Node', 'node', ['scripts/ci/install-webgpu.mjs']);
vitest('webgpu', 'vitest', [
  'run',
  '--project',
  'webgpu-node',
  'packages/tensor',
  'packages/made',
  ...bijectors,
  ...models,
]);
nativeBackend();
vitest('flows that reach the entropy', 'vitest', ['run', '--project', 'slow']);
check('training step against stock tfjs-wasm', 'node', ['scripts/ci/bench.mjs']);
check('fresh clone', 'node', ['scripts/ci/fresh-clone.mjs']);

console.log(`\n${passed} passed, ${failed} failed${leftOut > 0 ? `, ${leftOut} skipped` : ''}`);
process.exit(failed === 0 ? 0 : 1);
