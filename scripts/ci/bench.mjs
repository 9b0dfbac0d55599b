// The promises of the kernels, paired in one run: a training step at least 15 times as fast as on stock tfjs-wasm from 512 hidden units on, and at each of three
// sizes no more than a quarter slower against stock than bench/results/steps.json says of a processor of this kind. `--keep` writes there what is measured,
// for a machine that is idle.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { processor } from '../../bench/dist/processor.js';
import { root, run } from '../setup.mjs';

const LEAST = 15;
// Smaller ones spend their time outside of kernels, where a busy machine alone moves the ratio by a third.
const DIMS = [32, 63, 784];
const SHARE_OF_REFERENCE = 0.75;
// A neighbour on the same core takes more from dense arithmetic than from stock's loops: such minutes pass, a slower kernel stays.
const ATTEMPTS = 6;

const file = path.join(root, '.cache', 'bench.json');
const narrowed = ['--operations', 'maf-step', '--sides', 'ours,stock', '--rounds', '5', '--json', file];

const REFERENCES = path.join(root, 'bench/results/steps.json');

const read = (name) => JSON.parse(readFileSync(name, 'utf8'));
const stepsOf = ({ results }) => results.filter(({ operation }) => operation === 'maf-step');
/** How many times as fast as stock. */
const factor = (results, size) => medianOf(results, 'stock', size) / medianOf(results, 'ours 1', size);
const medianOf = (results, side, size) => results.find((result) => result.side === side && result.size === size).median;

const references = read(REFERENCES);
const cpu = processor();
const reference = references[cpu];
if (!reference) console.log(`No reference was measured on ${cpu}: nothing is compared with one.`);
const isKept = process.argv.includes('--keep');

/** The dims, of those given, whose steps are slower than they must be. */
function measure(dims) {
  if (run(process.execPath, [path.join(root, 'bench/dist/main.js'), '--sizes', dims.join(), ...narrowed]) !== 0)
    process.exit(1);
  const measured = stepsOf(read(file));
  const sizes = [...new Set(measured.map((result) => result.size))];
  if (isKept) {
    const factors = sizes.map((size) => [size, Number(factor(measured, size).toFixed(1))]);
    references[cpu] = { node: process.version, factors: Object.fromEntries(factors) };
    writeFileSync(REFERENCES, `${JSON.stringify(references, null, 2)}\n`);
  }
  return dims.filter((dim) => {
    const size = sizes.find((name) => name.startsWith(`${dim}/`));
    const ofReference = reference ? SHARE_OF_REFERENCE * reference.factors[size] : 1;
    const least = Math.max(ofReference, dim === 32 ? 1 : LEAST);
    const own = factor(measured, size);
    console.log(`${size}: ${own.toFixed(1)} times as fast as stock, must be ${least.toFixed(1)}`);
    return own < least;
  });
}

let short = DIMS;
for (let attempt = 0; attempt < (isKept ? 1 : ATTEMPTS) && short.length > 0; attempt++) short = measure(short);
if (short.length > 0) process.exitCode = 1;
