// Measures this project against stock TensorFlow.js on the wasm backend.
//
//   node bench/dist/main.js [text …] [--rounds 7] [--at-least 8]
//
// Only benchmarks whose name contains one of the texts are run; with --at-least, the exit code is 1 when one of them falls short.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchmarks } from './benchmarks.js';
import { measure, type Measurement, SideProcess } from './measure.js';
import { formatRow, median, speedup } from './report.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '7' }, 'at-least': { type: 'string', default: '0' } },
});
const rounds = Number(values.rounds);
const least = Number(values['at-least']);
const chosen = benchmarks.filter(({ name }) => positionals.length === 0 || positionals.some((text) => name.includes(text)));
if (!Number.isInteger(rounds) || rounds < 1 || Number.isNaN(least) || chosen.length === 0) {
  console.error('usage: bench [text …] [--rounds 7] [--at-least 8]');
  process.exit(2);
}

const cpu = `${cpus()[0].model}, ${cpus().length} cores`;
console.log(`${cpu}, Node ${process.version}; medians of ${rounds} rounds, ours | stock tfjs-wasm | times as fast`);
const sides = { ours: await SideProcess.start('ours'), stock: await SideProcess.start('stock') };
const measurements: Measurement[] = [];
for (const benchmark of chosen) {
  const measurement = await measure(benchmark, sides, rounds);
  measurements.push(measurement);
  console.log(formatRow(measurement));
}
sides.ours.stop();
sides.stock.stop();

const results = measurements.map((measurement) => ({
  ...measurement,
  oursMedian: median(measurement.ours),
  stockMedian: median(measurement.stock),
  speedup: speedup(measurement),
}));
const date = new Date().toISOString();
const file = fileURLToPath(new URL(`../results/${date.replaceAll(/[:.]/g, '-')}.json`, import.meta.url));
mkdirSync(fileURLToPath(new URL('../results', import.meta.url)), { recursive: true });
writeFileSync(file, `${JSON.stringify({ date, cpu, node: process.version, rounds, results }, null, 2)}\n`);
console.log(`written to ${file}`);

for (const { name, speedup: factor } of results) {
  if (factor >= least) continue;
  console.error(`${name}: ${factor.toFixed(2)} times as fast as stock, must be ${least}`);
  process.exitCode = 1;
}
