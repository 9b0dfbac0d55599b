// Builds the native binding of @tensorflow/tfjs-node against the TensorFlow of the `tensorflow-cpu` wheel, into .cache/native.
// The package's own install step fetches an older library from a place that is not a package registry; this needs npm, PyPI, Python 3
// with pip, make and a C++ compiler. Exits with 0 when the binding is there, with 2 when something of that is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../setup.mjs';

const TENSORFLOW = '2.21.0';
const { version: TFJS } = JSON.parse(
  readFileSync(path.join(root, 'node_modules/@tensorflow/tfjs/package.json'), 'utf8'),
);
/** The newest Node that the backend is for; some of what the binding calls is gone from it. */
const NODE = '24.21.0';
const MISSING = 2;

const directory = path.join(root, '.cache', 'native');
const tensorflow = path.join(directory, 'tensorflow');
const tfjsNode = path.join(directory, 'node_modules', '@tensorflow', 'tfjs-node');
const stamp = path.join(directory, 'stamp');

function run(title, command, args, options) {
  console.log(`${title}: ${command} ${args.join(' ')}`);
  const { status, error } = spawnSync(command, args, { cwd: directory, stdio: 'inherit', ...options });
  if (error) console.error(error.message);
  return status === 0;
}

function need(ok, what) {
  if (ok) return;
  console.error(`native-backend: ${what}`);
  process.exit(MISSING);
}

function isAtHand(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}

const wanted = `tensorflow ${TENSORFLOW}, tfjs-node ${TFJS}, node ${NODE}, ${process.platform}-${process.arch}\n`;
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
  console.log(`native-backend: ready in ${directory}`);
  process.exit(0);
}

need(process.platform === 'linux', `the tensorflow-cpu wheel is for Linux, this is ${process.platform}`);
for (const command of ['python3', 'make', 'c++']) need(isAtHand(command), `${command} is missing`);

rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });

// 1. TensorFlow's library and headers. The wheel is chosen for the machine and not for its Python: nothing of it runs in Python.
const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const wheelOptions = [
  '--python-version',
  '3.11',
  '--implementation',
  'cp',
  '--abi',
  'cp311',
  '--platform',
  `manylinux_2_27_${machine}`,
];
need(
  run('wheel', 'python3', [
    '-m',
    'pip',
    'download',
    '-q',
    '--no-deps',
    '--only-binary=:all:',
    ...wheelOptions,
    '-d',
    '.',
    `tensorflow-cpu==${TENSORFLOW}`,
  ]),
  'the tensorflow-cpu wheel cannot be downloaded',
);
const wheel = readdirSync(directory).find((file) => file.endsWith('.whl'));
const unpack = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    libraries = {'tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'}
    wheel.extractall('.', [name for name in wheel.namelist() if name in libraries or name.startswith('tensorflow/include/')])
`;
if (!run('unpack', 'python3', ['-c', unpack, wheel])) process.exit(1);
rmSync(path.join(directory, wheel));

// 2. The npm package without its install step, and a Node to try it in, too.
writeFileSync(path.join(directory, 'package.json'), '{ "private": true }\n');
need(
  run('package', 'npm', [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    `@tensorflow/tfjs-node@${TFJS}`,
    `node-linux-${process.arch}@${NODE}`,
  ]),
  '@tensorflow/tfjs-node or Node itself cannot be downloaded',
);
// The workspace's TensorFlow.js, found further up, has to be the only one in a process.
for (const name of readdirSync(path.dirname(tfjsNode))) {
  if (name !== 'tfjs-node') rmSync(path.join(path.dirname(tfjsNode), name), { recursive: true });
}

// 3. What the install step would have fetched.
mkdirSync(path.join(tfjsNode, 'deps', 'lib'), { recursive: true });
/** Relative, so that the folder may be moved. */
const link = (target, place) => symlinkSync(path.relative(path.dirname(place), target), place);
link(path.join(tensorflow, 'include'), path.join(tfjsNode, 'deps', 'include'));
for (const [name, file] of [
  ['libtensorflow.so', 'libtensorflow_cc.so.2'],
  // Under the names that the library itself asks for, too.
  ['libtensorflow_cc.so.2', 'libtensorflow_cc.so.2'],
  ['libtensorflow_framework.so', 'libtensorflow_framework.so.2'],
  ['libtensorflow_framework.so.2', 'libtensorflow_framework.so.2'],
]) {
  link(path.join(tensorflow, file), path.join(tfjsNode, 'deps', 'lib', name));
}

// 4. The binding, with the headers of the Node that runs this where they came with it; otherwise node-gyp downloads them.
const nodePrefix = path.resolve(path.dirname(process.execPath), '..');
const header = path.join(nodePrefix, 'include', 'node', 'node_version.h');
const [major] = process.versions.node.split('.');
const hasHeaders = existsSync(header) && readFileSync(header, 'utf8').includes(`#define NODE_MAJOR_VERSION ${major}\n`);
const nodePreGyp = path.join(directory, 'node_modules', '.bin', 'node-pre-gyp');
const built = run(
  'compile',
  nodePreGyp,
  ['install', '--build-from-source', ...(hasHeaders ? [`--nodedir=${nodePrefix}`] : [])],
  { cwd: tfjsNode },
);
if (!built) process.exit(1);

// 5. It loads, and multiplies.
const trial =
  "const tf = require('@tensorflow/tfjs-node'); if (tf.matMul([[2]], [[3]]).dataSync()[0] !== 6) process.exit(1);";
const preload =
  "const util = require('util'); util.isArray ??= Array.isArray; util.isNullOrUndefined ??= (x) => x == null;";
if (!run('trial', process.execPath, ['-e', preload + trial])) process.exit(1);

writeFileSync(stamp, wanted);
console.log(`native-backend: ready in ${directory}`);
