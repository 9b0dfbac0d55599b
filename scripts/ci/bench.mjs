// The promises of the kernels, paired in one run: a training step at least 15 times as fast as on stock tfjs-wasm from 512 hidden units on, and at each of three
// sizes no more than a quarter slower against stock than in the committed reference.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root, run } from '../setup.mjs';

const LEAST = 15;
// Smaller ones spend their time outside of kernels, where a busy machine alone moves the ratio by a third.
const DIMS = [32, 63, 784];
const SHARE_OF_REFERENCE = 0.75;

const file = path.join(root, '.cache', 'bench.json');
const narrowed = ['--sizes', DIMS.join(), '--operations', 'maf-step', '--sides', 'ours,stock', '--rounds', '5'];
if (run(process.execPath, [path.join(root, 'bench/dist/main.js'), ...narrowed, '--json', file]) !== 0) process.exit(1);

const [measured, reference] = [file, path.join(root, 'bench/results/reference.json')].map((name) =>
  JSON.parse(readFileSync(name, 'utf8')).results.filter(({ operation }) => operation === 'maf-step'),
);
/** How many times as fast as stock, by the least of each series: on a machine that does other things too, what disturbs a sample only makes it slower. */
const factor = (results, size) => leastOf(results, 'stock', size) / leastOf(results, 'ours 1', size);
const leastOf = (results, side, size) => results.find((result) => result.side === side && result.size === size).minimum;

for (const size of new Set(measured.map((result) => result.size))) {
  const least = Math.max(SHARE_OF_REFERENCE * factor(reference, size), size.startsWith('32/') ? 0 : LEAST);
  const own = factor(measured, size);
  console.log(`${size}: ${own.toFixed(1)} times as fast as stock, must be ${least.toFixed(1)}`);
  if (own < least) process.exitCode = 1;
}
