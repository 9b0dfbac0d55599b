import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

// A program of its own, as a user would have it.
let directory: string;

function run(node: string, program: string): string {
  writeFileSync(path.join(directory, 'program.mjs'), program);
  return execFileSync(node, ['program.mjs'], { cwd: directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

beforeAll(async () => {
  directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'pushforward-')));
  await build({
    configFile: false,
    logLevel: 'silent',
    build: { ssr: path.join(root, 'packages/tensor/src/index.ts'), outDir: directory, emptyOutDir: false },
  });
  mkdirSync(path.join(directory, 'node_modules/@tensorflow'), { recursive: true });
  for (const [name, folder] of [
    ['tfjs', 'node_modules/@tensorflow/tfjs'],
    ['tfjs-core', 'node_modules/@tensorflow/tfjs-core'],
    ['tfjs-node', '.cache/native/node_modules/@tensorflow/tfjs-node'],
  ]) {
    symlinkSync(path.join(root, folder), path.join(directory, 'node_modules/@tensorflow', name), 'junction');
  }
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const newestNode = path.join(root, '.cache/native/node_modules', `node-linux-${process.arch}`, 'bin/node');

const PROGRAM = `
  import * as tf from '@tensorflow/tfjs';
  import { key, normal, useBackend } from './index.js';
  console.log(await useBackend(), tf.getBackend());
  console.log(await useBackend('tensorflow'));
  const x = normal(key(0), [300, 40]);
  const gradient = tf.grad((x) => tf.matMul(x, x, false, true))(x);
  console.log(gradient.shape, Number.isFinite((await gradient.data())[0]));
`;

test.each([
  ['this Node', process.execPath],
  ['Node 24', newestNode],
])('auto takes tensorflow where it is installed, in %s', (_, node) => {
  expect(run(node, PROGRAM)).toBe('tensorflow tensorflow\ntensorflow\n[ 300, 40 ] true\n');
});
