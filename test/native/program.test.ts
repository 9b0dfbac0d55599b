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

function run(program: string): string {
  writeFileSync(path.join(directory, 'program.mjs'), program);
  return execFileSync(process.execPath, ['program.mjs'], { cwd: directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
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

const PROGRAM = `
  import * as tf from '@tensorflow/tfjs';
  import { key, normal, useBackend } from './index.js';
  console.log(await useBackend(), tf.getBackend());
  console.log(await useBackend('tensorflow'));
  const x = normal(key(0), [300, 40]);
  const gradient = tf.grad((x) => tf.matMul(x, x, false, true))(x);
  console.log(gradient.shape, Number.isFinite((await gradient.data())[0]));
`;
const OUTPUT = 'tensorflow tensorflow\ntensorflow\n[ 300, 40 ] true\n';

test('auto takes tensorflow where it is installed', () => {
  expect(run(PROGRAM)).toBe(OUTPUT);
});

test('without the functions that Node 23 removed from util', () => {
  expect(run(`import util from 'node:util';\n delete util.isArray;\n delete util.isNullOrUndefined;\n${PROGRAM}`)).toBe(OUTPUT);
});
