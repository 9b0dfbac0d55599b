// The promise of the kernels, paired in one run: a training step at least 15 times as fast as on stock tfjs-wasm, with one thread too.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root, run } from '../setup.mjs';

const LEAST = 15;

const file = path.join(root, '.cache', 'bench.json');
const narrowed = [
  '--sizes',
  '63',
  '--operations',
  'maf-step',
  '--sides',
  'ours,stock',
  '--rounds',
  '5',
  '--json',
  file,
];
if (run(process.execPath, [path.join(root, 'bench/dist/main.js'), ...narrowed]) !== 0) process.exit(1);

const { results } = JSON.parse(readFileSync(file, 'utf8'));
// The least of each series: on a machine that does other things too, what disturbs a sample only ever makes it slower.
const stock = results.find(({ side }) => side === 'stock').minimum;
for (const { side, minimum } of results.filter(({ side }) => side.startsWith('ours'))) {
  const factor = stock / minimum;
  console.log(`${side}: ${factor.toFixed(1)} times as fast as stock, must be ${LEAST}`);
  if (factor < LEAST) process.exitCode = 1;
}
