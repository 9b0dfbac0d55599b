// Everything between a fresh clone and a built workspace, with Node and npm alone; the second time it only checks that nothing changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const bin = path.join(root, 'node_modules', '.bin');
const stamp = path.join(root, 'node_modules', '.pushforward-setup');
// turbo starts pnpm itself and looks for it on the PATH.
export const environment = {
  ...process.env,
  PATH: `${bin}${path.delimiter}${process.env.PATH}`,
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
};

/** Runs a program of node_modules/.bin with its output shown; returns its exit status. */
export function run(program, args, options = {}) {
  const windows = process.platform === 'win32';
  const { status } = spawnSync(program, args, {
    cwd: root,
    env: environment,
    stdio: 'inherit',
    shell: windows,
    ...options,
  });
  return status ?? 1;
}

/** Runs a step whose output matters only when it fails. */
function step(title, command, args) {
  process.stderr.write(`${title} … `);
  const started = Date.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    env: environment,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) {
    process.stderr.write(`failed\n${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}`);
    process.exit(1);
  }
  process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

function fingerprint() {
  const hash = createHash('sha256').update(process.version);
  const manifests = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'bench/package.json'];
  for (const folder of ['packages', 'apps']) {
    for (const name of readdirSync(path.join(root, folder))) manifests.push(path.join(folder, name, 'package.json'));
  }
  for (const file of manifests) {
    if (existsSync(path.join(root, file))) hash.update(readFileSync(path.join(root, file)));
  }
  return hash.digest('hex');
}

/** Installs the pinned dependencies and builds every package. */
export function setup() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`pushforward needs Node 20.19 or newer, this is ${process.version}`);
    process.exit(1);
  }
  const wanted = fingerprint();
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    const { packageManager } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
    step('Installing dependencies', npm[0], [
      ...npm.slice(1),
      'exec',
      '--yes',
      '--',
      packageManager,
      'install',
      '--frozen-lockfile',
    ]);
    writeFileSync(stamp, wanted);
  }
  step('Building', process.execPath, [
    path.join(root, 'node_modules', 'turbo', 'bin', 'turbo'),
    'run',
    'build',
    '--output-logs=errors-only',
  ]);
}
