import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

// A program of its own, so that packages can be missing.
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
    build: { ssr: fileURLToPath(new URL('backend.ts', import.meta.url)), outDir: directory, emptyOutDir: false },
  });
  mkdirSync(path.join(directory, 'node_modules/@tensorflow'), { recursive: true });
  for (const name of ['@tensorflow/tfjs', '@tensorflow/tfjs-core']) {
    const installed = fileURLToPath(new URL(`../../../node_modules/${name}`, import.meta.url));
    symlinkSync(installed, path.join(directory, 'node_modules', name), 'junction');
  }
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

test('without the wasm package, auto takes cpu and wasm says how to get it', () => {
  const output = run(`
    import '@tensorflow/tfjs';
    import { useBackend } from './backend.js';
    console.log(await useBackend('wasm').catch((error) => error.message));
    console.log(await useBackend());
  `);
  expect(output).toBe("useBackend: backend 'wasm' is not installed; run `npm i @tensorflow/tfjs-backend-wasm`\ncpu\n");
});

test('without the native packages, tensorflow says how to get them', () => {
  const output = run(`
    import '@tensorflow/tfjs';
    import { useBackend } from './backend.js';
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
    import { useBackend } from './backend.js';
    console.log(await useBackend('tensorflow').catch((error) => error.message));
    console.log(await useBackend());
  `);
  rmSync(broken, { recursive: true });
  expect(output).toBe(
    "useBackend: backend 'tensorflow' is installed as @tensorflow/tfjs-node and does not load: no tfjs_binding.node\ncpu\n",
  );
});

test('a wasm package that is broken is reported, by auto too', () => {
  const broken = path.join(directory, 'node_modules/@tensorflow/tfjs-backend-wasm');
  mkdirSync(broken);
  writeFileSync(path.join(broken, 'package.json'), '{ "main": "index.js" }');
  writeFileSync(path.join(broken, 'index.js'), "throw new Error('broken')");
  const output = run(`
    import '@tensorflow/tfjs';
    import { useBackend } from './backend.js';
    console.log(await useBackend().catch((error) => error.message));
  `);
  rmSync(broken, { recursive: true });
  expect(output).toBe('broken\n');
});

test('without gradients, says what to import', () => {
  const output = run(`
    import { useBackend } from './backend.js';
    console.log(await useBackend('cpu').catch((error) => error.message));
  `);
  expect(output).toBe(
    "useBackend: gradients must be registered first, got none; add `import '@tensorflow/tfjs'` to your program\n",
  );
});
