// Every check there is: the test suite, then what needs a browser, packed packages or minutes. Prints "N passed, N failed" at the end, and
// ", N skipped" if something could not run here.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { nodeOf, nodeVersions } from './ci/node-versions.mjs';
import { environment, root } from './setup.mjs';
import { oneOfEachKind } from '../test/one-of-each-kind.mjs';

let passed = 0;
let failed = 0;
let leftOut = 0;
/** The names of what failed, for the end: whoever reads a long log reads its end. */
const failures = [];

/** What takes longer hangs: a process that waits for a GPU may wait for ever. */
const LONGEST = 30 * 60_000;

/** Runs a program; what it prints is shown as a whole when it ends, because another may run beside it. */
async function shell(title, command, args, options = {}) {
  console.log(`... ${title}`);
  const start = performance.now();
  const child = spawn(command, args, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, LONGEST);
  const status = await new Promise((resolve) => {
    child.on('close', (code) => resolve(code ?? 1));
    child.on('error', (error) => {
      output.push(Buffer.from(`${error.message}\n`));
      resolve(1);
    });
  });
  clearTimeout(timer);
  const seconds = Math.round((performance.now() - start) / 1000);
  const killed = late ? `${command} ${args.join(' ')}: killed after ${LONGEST / 60_000} minutes\n` : '';
  console.log(`\n=== ${title}\n${Buffer.concat(output)}${killed}(${seconds} s)`);
  return status;
}

/** How long each file of tests took, in each lane. */
const durations = [];

/** The tests that failed, or the files that could not be run at all. */
function namesOfFailed(title, testResults) {
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const tests = assertionResults.filter((test) => test.status === 'failed').map((test) => test.fullName);
    const names = tests.length === 0 && message ? [message.split('\n')[0]] : tests;
    return names.map((what) => `${title}: ${path.relative(root, name)}, ${what}`);
  });
}

const NO_REPORT = { status: 1, numPassedTests: 0, numFailedTests: 0, testResults: [] };

/** A vitest run, counted by its own tests; one that dies without a report twice is one failure. */
async function vitest(title, command, args, options) {
  const report = path.join(root, '.cache', `ci-${title.replaceAll(/\W+/g, '-')}.json`);
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const run = async () => {
    const status = await shell(title, command, [...args, ...reporters], options);
    try {
      return { status, ...JSON.parse(readFileSync(report, 'utf8')) };
    } catch {
      console.error(`${title}: no report`);
      return null;
    }
  };
  // A process that the native library of TensorFlow takes down when all tests are done leaves nothing to count.
  const { status, ...tests } = (await run()) ?? (await run()) ?? NO_REPORT;
  for (const { name, startTime, endTime } of tests.testResults) {
    durations.push({ title, file: path.relative(root, name), seconds: (endTime - startTime) / 1000 });
  }
  passed += tests.numPassedTests;
  failed += status !== 0 && tests.numFailedTests === 0 ? 1 : tests.numFailedTests;
  const failedTests = namesOfFailed(title, tests.testResults);
  failures.push(...(failedTests.length === 0 && status !== 0 ? [`${title}: exit ${status}`] : failedTests));
}

const testFiles = ['packages', 'apps', 'bench', 'test'].flatMap((top) =>
  readdirSync(path.join(root, top), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
    .map((file) => path.join(top, file)),
);

/** The tests of a project of vitest.config.ts, those in files that one of the filters names. */
async function tests(title, project, filters = [], options = {}) {
  const unmatched = filters.filter((filter) => !testFiles.some((file) => file.includes(filter)));
  if (unmatched.length > 0) throw new Error(`${title}: no file of tests is named ${unmatched.join(' or ')}`);
  const projects = [project].flat().flatMap((name) => ['--project', name]);
  await vitest(title, 'vitest', ['run', ...projects, ...filters], options);
}

function fail(what) {
  failed++;
  failures.push(what);
}

/** How a check ends that lacks something on this machine. */
const MISSING = 2;

/** A check that passes when its command exits with 0; where it may lack something, that leaves it out. Returns whether it passed. */
async function check(title, command, args, { mayLack = false } = {}) {
  const status = await shell(title, command, args);
  const isLeftOut = mayLack && status === MISSING;
  const outcome = status === 0 ? 'ok' : isLeftOut ? 'LEFT OUT, for want of what is named above' : 'FAILED';
  console.log(`${outcome}: ${title}`);
  if (status === 0) passed++;
  else if (isLeftOut) leftOut++;
  else fail(title);
  return status === 0;
}

/**
 * Of test/, what is about formulas: models that are trained until they have learned a density, figures, options and the programs of the documentation.
 * Another version of Node could break them only by breaking operations, whose tests it runs.
 */
const formulas =
  /^test\/(any-order|batch-norm|check-command|entropy\/[\w-]+|examples\/\w+|module-options|numbers\/\w+|references|unknown-options|vae-objectives)\.test\.ts$/;

/** What engines may differ in: WebAssembly, threads, and Node's own modules under the packages. What onnx writes and computes is plain JavaScript. */
const onEngines = [
  ...testFiles.filter((file) => file.includes('.node.test') && !file.startsWith('packages/onnx/')),
  'packages/tensor',
  'test/threads',
  ...oneOfEachKind,
];

/** What stands on the packages, of the project `node`, but for those formulas. */
const onThePackages = [
  'apps/',
  'bench/',
  ...testFiles.filter((file) => file.startsWith('test/') && !formulas.test(file)),
];

/** The packages' tests on the backend whose library does not come with an installation. */
async function nativeBackend() {
  const isThere = await check('native backend', 'node', ['scripts/ci/native-backend.mjs'], { mayLack: true });
  if (isThere)
    await tests('tensorflow', 'tensorflow', [
      'packages/tensor',
      'test/numbers',
      'test/native',
      'test/slow',
      ...oneOfEachKind,
    ]);
}

/**
 * On another version of Node: engines differ in WebAssembly, Node in its own modules. Plain loops, and what is made of the same kernels, do not;
 * every kernel of a network is compared with plain operations by a test of Node's own. The applications run on the lowest version, by npm test, and on the
 * newest: what Node has at both ends it has between.
 */
async function onNode(version) {
  const bin = nodeOf(version);
  if (!bin) {
    console.log(`FAILED: Node ${version} cannot be fetched`);
    fail(`Node ${version}`);
    return;
  }
  const program = path.join(bin, 'node');
  const env = { ...environment, PATH: `${bin}${path.delimiter}${environment.PATH}` };
  const projects = ['wasm', 'node'].flatMap((name) => ['--project', name]);
  const filters = [...onEngines, ...(version === nodeVersions.at(-1) ? onThePackages : [])];
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...projects, ...filters];
  await vitest(`tests on Node ${version}`, program, args, { env });
}

// What npm test tries on a few random cases.
const onMany = (cases) => ({ env: { ...environment, PUSHFORWARD_CASES: String(cases) } });

/** What installs the packages as users do: they are packed once. */
async function packedPackages() {
  environment.PUSHFORWARD_TARBALLS = path.join(root, '.cache', 'tarballs');
  rmSync(environment.PUSHFORWARD_TARBALLS, { recursive: true, force: true });
  await check('tarballs', 'npm', ['run', 'pack', '--', environment.PUSHFORWARD_TARBALLS]);
  await check('packed packages', 'node', ['scripts/ci/packed/packed.mjs']);
  await check('programs of the READMEs', 'node', ['scripts/ci/packed/readmes.mjs']);
  await check('pages', 'node', ['scripts/ci/packed/pages.mjs']);
  await check('templates', 'node', ['scripts/ci/packed/templates.mjs']);
}

async function site() {
  await check('sizes of the packages', 'node', ['scripts/sizes.mjs', '--check']);
  await check('the site and its links', 'node', ['scripts/ci/links.mjs']);
  await check('the site in Chromium', 'node', ['scripts/ci/browser/site.mjs']);
  await check('playground', 'node', ['scripts/ci/browser/playground.mjs']);
}

async function onnx() {
  await check('exported flows in onnxruntime-web', 'node', ['scripts/ci/onnx/web.mjs']);
  await check("ONNX's checker on exported flows", 'node', ['scripts/ci/onnx/checker.mjs'], { mayLack: true });
}

async function sources() {
  await check('unused exports and dependencies', 'knip', []);
  await check('exports in the READMEs', 'node', ['scripts/exports.mjs', '--check']);
  await check('papers in the guides', 'node', ['scripts/papers.mjs', '--check']);
  await check('the page of numbers', 'node', ['scripts/numbers.mjs', '--check']);
  await check('papers’ tables, quick', 'node', ['scripts/ci/paper.mjs']);
  await check('benchmarks in the guides', 'node', ['scripts/benchmarks.mjs', '--check']);
  await check('results of papers’ tables in the guides', 'node', ['scripts/paper-tables/tables.mjs', '--check']);
  await check('metadata of the packages', 'node', ['scripts/metadata.mjs', '--check']);
  await check('no types of Node in browsers', 'node', ['scripts/ci/browser-types.mjs']);
  await check('types of the examples', 'node', ['scripts/ci/example-types.mjs']);
}

/** Shaders in software are the slowest of all: what trains, and goes through loops of its own; the other classes only chain operations. */
const onWebgl = [
  'made/src/density/made-density',
  'coupling/coupling.test',
  'elementwise/spline/rational-quadratic-spline.test',
  'vae/src/vae',
  'training/src/loop/fit',
];

async function webgl() {
  // In two runs, because a page keeps every shader.
  await tests('webgl', 'browser-webgl', ['packages/tensor', 'test/numbers']);
  await tests('webgl, models', 'browser-webgl', onWebgl);
}

async function webgpu() {
  await tests('webgpu in a browser', 'browser-webgpu', ['packages/tensor', 'test/numbers']);
  await tests('webgpu in a browser, models', 'browser-webgpu', oneOfEachKind);
  await check('webgpu for Node', 'node', ['scripts/ci/install-webgpu.mjs']);
  // Nearly the same library as in the browser, where the operations and the other models run: what it takes to start it in Node, every kernel of our
  // own, and a training, which reads numbers back.
  const startAndKernels = ['use-backend', 'src/kernels', 'src/overrides', 'made-kernel'];
  await tests('webgpu in Node', 'webgpu-node', [...startAndKernels, 'training/src/loop/fit']);
}

/** What may run beside each other, the longest first, in an order in which two GPUs in software do not meet. */
const jobs = [
  nativeBackend,
  webgl,
  packedPackages,
  webgpu,
  () => tests('flows that reach the entropy', 'slow'),
  ...nodeVersions.map((version) => () => onNode(version)),
  // The commands as they are on a new machine.
  () => check('fresh clone', 'node', ['scripts/ci/fresh-clone.mjs']),
  () => tests('browser', 'browser-wasm'),
  site,
  () => tests('properties', ['node', 'wasm'], ['.property.test.ts'], onMany(10_000)),
  // So many of each of 17 kinds of file: together more than 20,000.
  () => tests('damaged files', 'node', ['test/fuzz'], onMany(1500)),
  sources,
  () => check('published mistakes, put in', 'node', ['scripts/ci/mistakes.mjs']),
  onnx,
  () => check('experiments of V8', 'node', ['scripts/ci/experiments.mjs']),
];

async function work() {
  for (let job = jobs.shift(); job; job = jobs.shift()) await job();
}

await vitest('npm test', 'npm', ['test', '--'], { stdio: 'inherit' });
await check('chromium', 'bash', ['scripts/ci/browser/install-chromium.sh']);
// Two at a time: pages use one core for most of it, installations none.
await Promise.all([work(), work()]);
// Figures of time, with nothing beside them.
await check('first paint, first frame and download of the playground', 'node', [
  'scripts/ci/browser/page-loads.mjs',
  '--check',
]);
await check('training step against stock tfjs-wasm and the reference', 'node', ['scripts/ci/bench.mjs']);

console.log('\nThe ten slowest files of tests:');
for (const { title, file, seconds } of durations.toSorted((a, b) => b.seconds - a.seconds).slice(0, 10)) {
  console.log(`${seconds.toFixed(1).padStart(7)} s  ${file} (${title})`);
}
if (failures.length > 0) console.log(`\nWhat failed:\n  ${failures.join('\n  ')}`);
console.log(`\n${passed} passed, ${failed} failed${leftOut > 0 ? `, ${leftOut} skipped` : ''}`);
process.exit(failed === 0 ? 0 : 1);
