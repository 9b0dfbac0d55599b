import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// A program of its own, so that packages can be missing.
let directory: string;

function run(program: string): string {
  writeFileSync(path.join(directory, 'program.mjs'), program);
  return execFileSync(process.execPath, ['program.mjs'], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

beforeAll(async () => {
  directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'pushforward-')));
  await build({
    configFile: false,
    logLevel: 'silent',
    build: { ssr: fileURLToPath(new URL('use-backend.ts', import.meta.url)), outDir: directory, emptyOutDir: false },
  });
  mkdirSync(path.join(directory, 'node_modules/@tensorflow'), { recursive: true });
  for (const name of ['@tensorflow/tfjs', '@tensorflow/tfjs-core']) {
    const installed = fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url));
    symlinkSync(installed, path.join(directory, 'node_modules', name), 'junction');
  }
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

test('without the wasm package, auto takes cpu and wasm says how to get it', () => {
  const output = run(`
    import '@tensorflow/tfjs';
    import { useBackend } from './use-backend.js';
    console.log(await useBackend('wasm').catch((error) => error.message));
    console.log(await useBackend());
  `);
  expect(output).toBe("useBackend: backend 'wasm' is not installed; run `npm i @tensorflow/tfjs-backend-wasm`\ncpu\n");
});

test('startBackend makes a choice where the program has made none, and says so once', () => {
  const output = run(`
    import '@tensorflow/tfjs';
    import { startBackend, useBackend } from './use-backend.js';
    console.warn = (text) => console.log(text);
    await startBackend('fit');
    await startBackend('fit');
  `);
  expect(output).toBe("fit: no backend was chosen, so 'cpu' is used; useBackend chooses one\n");
  const chosen = run(`
    import '@tensorflow/tfjs';
    import { startBackend, useBackend } from './use-backend.js';
    console.warn = (text) => console.log(text);
    await useBackend('cpu');
    await startBackend('fit');
    console.log('quiet');
  `);
  expect(chosen).toBe('quiet\n');
});

test('without the native packages, tensorflow says how to get them', () => {
  const output = run(`
    import '@tensorflow/tfjs';
    import { useBackend } from './use-backend.js';
    console.log(await useBackend('tensorflow').catch((error) => error.message));
  `);
  expect(output).toBe(
    "useBackend: backend 'tensorflow' is not installed; run `npm i @tensorflow/tfjs-node`, or `npm i @tensorflow/tfjs-node-gpu` for an NVIDIA GPU\n",
  );
});

test('a native package without its library: auto passes over it, tensorflow gives the reason', () => {
  const broken = path.join(directory, 'node_modules/@tensorflow/tfjs-node');
  mkdirSync(broken);
  writeFileSync(path.join(broken, 'package.json'), '{ "main": "index.js" }');
  writeFileSync(path.join(broken, 'index.js'), "throw new Error('no tfjs_binding.node')");
  const output = run(`
    import '@tensorflow/tfjs';
    import { useBackend } from './use-backend.js';
    console.log(await useBackend('tensorflow').catch((error) => error.message));
    console.log(await useBackend());
  `);
  rmSync(broken, { recursive: true });
  expect(output).toBe(
    "useBackend: backend 'tensorflow' is installed as @tensorflow/tfjs-node and does not load: no tfjs_binding.node\ncpu\n",
  );
});

test('a wasm package that is broken: auto takes the next and warns, wasm gives the reason', () => {
  const broken = path.join(directory, 'node_modules/@tensorflow/tfjs-backend-wasm');
  mkdirSync(broken);
  writeFileSync(path.join(broken, 'package.json'), '{ "main": "index.js" }');
  writeFileSync(path.join(broken, 'index.js'), "throw new Error('broken')");
  const output = run(`
    import '@tensorflow/tfjs';
    import { useBackend } from './use-backend.js';
    console.warn = console.log;
    console.log(await useBackend('wasm').catch((error) => error.message));
    console.log(await useBackend());
  `);
  rmSync(broken, { recursive: true });
  expect(output).toBe("broken\nuseBackend: backend 'wasm' does not start: broken; 'cpu' is used instead\ncpu\n");
});

test('a wasm package that finds no files: auto takes the next and warns, wasm gives the reason', () => {
  const broken = path.join(directory, 'node_modules/@tensorflow/tfjs-backend-wasm');
  mkdirSync(broken);
  writeFileSync(path.join(broken, 'package.json'), '{ "main": "index.js" }');
  writeFileSync(
    path.join(broken, 'index.js'),
    `exports.setWasmPaths = () => {};
    const tf = require('@tensorflow/tfjs-core');
    for (const flag of ['MULTITHREAD', 'SIMD']) tf.env().registerFlag('WASM_HAS_' + flag + '_SUPPORT', () => false);
    tf.registerBackend('wasm', () => Promise.reject(new Error('no file')));`,
  );
  const output = run(`
    import '@tensorflow/tfjs';
    import { useBackend } from './use-backend.js';
    console.warn = (text) => text.startsWith('useBackend') && console.log(text);
    console.log(await useBackend('wasm').catch((error) => error.message));
    console.log(await useBackend());
  `);
  rmSync(broken, { recursive: true });
  const reason = "backend 'wasm' did not start, see the warnings above";
  expect(output).toBe(`useBackend: ${reason}\nuseBackend: ${reason}; 'cpu' is used instead\ncpu\n`);
});

test('gradients are there without an import of @tensorflow/tfjs', () => {
  const output = run(`
    import * as tf from '@tensorflow/tfjs-core';
    import { useBackend } from './use-backend.js';
    console.log(await useBackend('cpu'), await tf.grad((x) => x.exp().sum())(tf.tensor1d([0])).data());
  `);
  expect(output).toBe('cpu Float32Array(1) [ 1 ]\n');
});

test('without @tensorflow/tfjs, says how to get gradients', () => {
  const place = path.join(directory, 'node_modules/@tensorflow/tfjs');
  const installed = realpathSync(place);
  rmSync(place);
  const output = run(`
    import { useBackend } from './use-backend.js';
    console.log(await useBackend('cpu').catch((error) => error.message));
  `);
  symlinkSync(installed, place, 'junction');
  expect(output).toBe('useBackend: gradients must be registered first, got none; run `npm i @tensorflow/tfjs`\n');
});

describe('a process with the wasm backend', () => {
  let program: string;
  beforeAll(() => {
    const place = path.join(directory, 'node_modules/@tensorflow/tfjs-backend-wasm');
    symlinkSync(
      fileURLToPath(new URL('../../node_modules/@tensorflow/tfjs-backend-wasm', import.meta.url)),
      place,
      'junction',
    );
    program = path.join(directory, 'wasm.mjs');
  });

  const start = (rest: string) => {
    writeFileSync(
      program,
      `import * as tf from '@tensorflow/tfjs';\nimport { useBackend } from './use-backend.js';\n${rest}`,
    );
    const { status, stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8', timeout: 60_000 });
    return { status, stdout, stderr };
  };

  test.each(['uncaughtException', 'unhandledRejection'])('keeps its own handler of an %s, and lives on', (event) => {
    const fail = event === 'uncaughtException' ? "throw new Error('stray')" : "Promise.reject(new Error('stray'))";
    const { status, stdout } = start(`
      process.on('${event}', (error) => console.log('handled:', error.message));
      await useBackend('wasm');
      console.log(process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection'));
      setTimeout(() => { ${fail}; }, 5);
      setTimeout(() => console.log('still here'), 50);
    `);
    expect([status, stdout]).toEqual([0, '1\nhandled: stray\nstill here\n']);
  });

  test.each(["throw new Error('stray')", "Promise.reject(new Error('stray'))"])(
    'without a handler, %s ends it with code 1 and its own message',
    (fail) => {
      const { status, stderr } = start(`await useBackend('wasm');\n${fail};`);
      expect(status).toBe(1);
      expect(stderr).toContain('Error: stray');
      expect(stderr).not.toContain('tf-backend-wasm');
    },
  );

  test('ends by itself after its work, however many threads did it', () => {
    const { status, stdout } = start(`
      await useBackend('wasm', { threads: 3 });
      const a = tf.ones([400, 400]);
      console.log((await tf.matMul(a, a).data())[0]);
    `);
    expect([status, stdout]).toEqual([0, '400\n']);
  });
});
