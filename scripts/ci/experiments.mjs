// Has V8 compile every function of the kernels, and of TensorFlow.js's wasm module, with its optimizing compiler and the experiment that `useBackend` turns
// on in a version of Node: where one fails, V8 ends the process.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from '../setup.mjs';
import { nodeOf } from './node-versions.mjs';

const tensor = path.join(root, 'packages/tensor');
const stock = createRequire(path.join(tensor, 'package.json')).resolve(
  '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
);
const program = `
  import { readFileSync } from 'node:fs';
  const binaries = [readFileSync(${JSON.stringify(stock)})];
  for (const build of ['plain', 'relaxed', 'wide']) {
    const { kernelsBase64 } = await import(${JSON.stringify(path.join(tensor, 'dist/wasm/builds'))} + '/' + build + '.generated.js');
    binaries.push(Buffer.from(kernelsBase64, 'base64'));
  }
  for (const binary of binaries) new WebAssembly.Module(binary);
  // The optimizing compiler works beside the program.
  setTimeout(() => console.log('all compiled'), 10_000);
`;
const experiments = {
  20: '--experimental-wasm-relaxed-simd',
  24: '--experimental-wasm-revectorize',
  26: '--experimental-wasm-revectorize',
};
for (const [version, experiment] of Object.entries(experiments)) {
  const node = path.join(nodeOf(version), 'node');
  const flags = [experiment, '--no-wasm-dynamic-tiering', '--no-wasm-lazy-compilation'];
  const { stdout, stderr, signal } = spawnSync(node, [...flags, '--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  const isWhole = stdout.includes('all compiled');
  console.log(`Node ${version}: ${isWhole ? 'every function compiles' : `ended by ${signal}\n${stderr}`}`);
  if (!isWhole) process.exitCode = 1;
}
