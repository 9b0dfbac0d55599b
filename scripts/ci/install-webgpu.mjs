// Puts WebGPU for Node into .cache/webgpu: 130 MB that no user of another backend should have to fetch.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../setup.mjs';

const WEBGPU = '0.6.2';

const directory = path.join(root, '.cache', 'webgpu');
const installed = path.join(directory, 'node_modules', 'webgpu', 'package.json');
if (existsSync(installed) && JSON.parse(readFileSync(installed, 'utf8')).version === WEBGPU) process.exit(0);

mkdirSync(directory, { recursive: true });
// A project of its own: npm would take the workspace for one.
writeFileSync(
  path.join(directory, 'package.json'),
  JSON.stringify({ private: true, dependencies: { webgpu: WEBGPU } }),
);
const { status, error } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
  cwd: directory,
  stdio: 'inherit',
});
if (error) console.error(error.message);
process.exit(status ?? 1);
