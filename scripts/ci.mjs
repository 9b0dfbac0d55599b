// Every check there is: the test suite, then what needs a browser, packed packages or minutes. Prints "N passed, N failed" at the end, and
// ", N skipped" if something could not run here.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { nodeOf } from './ci/node-versions.mjs';
import { environment, root } from './setup.mjs';
import { oneOfEachKind } from '../test/one-of-each-kind.mjs';

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

/** How long each file of tests took, in each lane. */
const durations = [];

/** A vitest run, counted by its own tests; a run that dies without a report is one failure. */
function vitest(title, command, args, options) {
  console.log(`\n=== ${title}`);
  const report = path.join(root, '.cache', `ci-${title.replaceAll(/\W+/g, '-')}.json`);
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const status = shell(command, [...args, ...reporters], options);
  let tests = { numPassedTests: 0, numFailedTests: 0, testResults: [] };
  try {
    tests = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    console.error(`${title}: no report`);
  }
  for (const { name, startTime, endTime } of tests.testResults) {
    durations.push({ title, file: path.relative(root, name), seconds: (endTime - startTime) / 1000 });
  }
  passed += tests.numPassedTests;
  failed += status !== 0 && tests.numFailedTests === 0 ? 1 : tests.numFailedTests;
}

/** The tests of a project of vitest.config.ts, those in files that one of the filters names. */
function tests(title, project, filters = [], options = {}) {
  const unmatched = filters.filter((filter) => !testFiles.some((file) => file.includes(filter)));
  if (unmatched.length > 0) throw new Error(`${title}: no file of tests is named ${unmatched.join(' or ')}`);
  vitest(title, 'vitest', ['run', ...[project].flat().flatMap((name) => ['--project', name]), ...filters], options);
}

const testFiles = ['packages', 'apps', 'bench', 'test'].flatMap((top) =>
  readdirSync(path.join(root, top), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
    .map((file) => path.join(top, file)),
);

/** A check that passes when its command exits with 0. */
function check(title, command, args, options) {
  console.log(`\n=== ${title}`);
  const ok = shell(command, args, options) === 0;
  console.log(`${ok ? 'ok' : 'FAILED'}: ${title}`);
  if (ok) passed++;
  else failed++;
}

/** What the project `node` runs. */
const inNodeAlone = ['.node.test', 'apps/', 'bench/', 'test/'];

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
    tests('tensorflow', 'tensorflow', ['packages/tensor', 'test/native', 'test/slow', ...oneOfEachKind]);
  } else {
    console.log('FAILED: native backend');
    failed++;
  }
}

/** On another version of Node: engines differ in WebAssembly, Node in its own modules. Plain loops, and what is made of the same kernels, do not. */
function onNode(version) {
  console.log(`\n=== Node ${version}`);
  const bin = nodeOf(version);
  if (!bin) {
    console.log(`FAILED: Node ${version} cannot be fetched`);
    failed++;
    return;
  }
  const program = path.join(bin, 'node');
  const env = { ...environment, PATH: `${bin}${path.delimiter}${environment.PATH}` };
  const projects = ['wasm', 'node'].flatMap((name) => ['--project', name]);
  const filters = [...inNodeAlone, 'packages/tensor', 'packages/made', ...oneOfEachKind];
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...projects, ...filters];
  vitest(`tests on Node ${version}`, program, args, { env });
}

vitest('npm test', 'npm', ['test', '--']);
for (const version of ['22', '24', '26']) onNode(version);
check('256-bit vectors in V8', 'node', ['scripts/ci/wide-vectors.mjs']);
// What npm test tries on a few random cases.
const onMany = (cases) => ({ env: { ...environment, PUSHFORWARD_CASES: String(cases) } });
tests('properties', ['node', 'wasm'], ['.property.test.ts'], onMany(10_000));
// So many of each of 17 kinds of file: together more than 20,000.
tests('damaged files', 'node', ['test/fuzz'], onMany(1500));
check('unused exports and dependencies', 'knip', []);
check('metadata of the packages', 'node', ['scripts/metadata.mjs', '--check']);
check('no types of Node in browsers', 'node', ['scripts/ci/browser-types.mjs']);
check('types of the examples', 'node', ['scripts/ci/example-types.mjs']);
check('documentation site', 'node', ['scripts/ci/docs.mjs']);
check('packed packages', 'node', ['scripts/ci/packed.mjs']);
check('programs of the READMEs', 'node', ['scripts/ci/readmes.mjs']);
check('chromium', 'bash', ['scripts/ci/install-chromium.sh']);
check('pages', 'node', ['scripts/ci/pages.mjs']);
tests('browser', 'browser-wasm');
// In two runs, because a page keeps every shader.
tests('webgl', 'browser-webgl', ['packages/tensor']);
tests('webgl, models', 'browser-webgl', oneOfEachKind);
tests('webgpu in a browser', 'browser-webgpu', ['packages/tensor']);
tests('webgpu in a browser, models', 'browser-webgpu', oneOfEachKind);
check('webgpu for Node', 'node', ['scripts/ci/install-webgpu.mjs']);
// Nearly the same library as in the browser: what it takes to start it in Node, every kernel of our own, and one model of each kind.
const startAndKernels = ['use-backend', 'src/kernels', 'src/overrides', 'made-kernel'];
tests('webgpu in Node', 'webgpu-node', [
  ...startAndKernels,
  'coupling/coupling.test',
  'vae/src/vae',
  'training/src/loop/fit',
]);
nativeBackend();
tests('flows that reach the entropy', 'slow');
check('training step against stock tfjs-wasm and the reference', 'node', ['scripts/ci/bench.mjs']);
check('fresh clone', 'node', ['scripts/ci/fresh-clone.mjs']);

console.log('\nThe ten slowest files of tests:');
for (const { title, file, seconds } of durations.toSorted((a, b) => b.seconds - a.seconds).slice(0, 10)) {
  console.log(`${seconds.toFixed(1).padStart(7)} s  ${file} (${title})`);
}
console.log(`\n${passed} passed, ${failed} failed${leftOut > 0 ? `, ${leftOut} skipped` : ''}`);
process.exit(failed === 0 ? 0 : 1);
