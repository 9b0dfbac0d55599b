// Measures this project against stock TensorFlow.js and, where there is a Python with torch and zuko, against zuko: see README.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { judge } from './demands.js';
import { measure, measureProcess } from './measure.js';
import { groups, isAt, isIn, type Operation, type ProcessFigure } from './operation.js';
import { readOptions } from './options.js';
import { processor } from './processor.js';
import { summary, table } from './report.js';
import { median, type Series } from './series.js';
import { SideProcess } from './side-process.js';
import { findPython, sidesOf } from './side.js';
import { type AnySize, isOfImages, sizeName } from './size.js';

interface Result extends Series {
  size: string;
  operation: Operation | ProcessFigure;
  side: string;
  runs: number;
}

const options = readOptions(process.argv.slice(2), availableParallelism());
const python = options.libraries.includes('zuko') ? findPython(options.python) : undefined;
if (options.libraries.includes('zuko') && !python)
  console.error('no Python with torch and zuko: bench/README.md says how to get one');
const sides = sidesOf(options.libraries, options.threads, options.nodes, python);
const results: Result[] = [];
const backends = new Map<string, string>();
const load = loadavg()[0];
const started = performance.now();

for (const size of options.sizes) {
  const operations = options.operations.filter((operation) => isAt(size, operation));
  const add = (operation: Operation | ProcessFigure, side: string, series: Series, runs: number) =>
    results.push({ size: sizeName(size), operation, side, runs, ...series });
  // A fresh process for each size, so that no size meets the memory that another one left.
  if (!isOfImages(size) && options.processFigures.length > 0) {
    for (const side of sides.filter(({ library }) => isIn(library, 'maf-step'))) {
      const { firstStep, peakBytes } = await measureProcess(side, size);
      if (options.processFigures.includes('first-step')) add('first-step', side.name, { samples: [firstStep] }, 1);
      if (options.processFigures.includes('peak-memory'))
        add('peak-memory', side.name, { samples: [peakBytes / 1e6] }, 1);
    }
  }
  const processes: SideProcess[] = [];
  for (const side of operations.length > 0 ? sides : []) {
    const process = await SideProcess.start(side);
    processes.push(process);
    if (process.backend !== undefined) backends.set(side.name, process.backend);
  }
  for (const group of groups) {
    const chosen = group.filter((operation) => operations.includes(operation));
    if (chosen.length === 0) continue;
    console.error(`${Math.round((performance.now() - started) / 1000)} s: ${sizeName(size)} ${chosen.join(', ')}`);
    for (const { operation, side, runs, ...series } of await measure(chosen, size, processes, options))
      add(operation, side, series, runs);
  }
  for (const process of processes) process.stop();
}

const index = new Map(results.map((result) => [`${result.operation} ${result.side} ${result.size}`, result]));
const find = (operation: Operation | ProcessFigure, side: string, size: AnySize) =>
  index.get(`${operation} ${side} ${sizeName(size)}`);
const verdicts = judge(options.threads, options.sizes, find);
const cpu = processor();
const date = new Date().toISOString();

console.log(
  `${cpu}, Node ${process.version}, load ${load.toFixed(1)} at the start; medians of up to ${options.rounds} rounds`,
);
console.log(
  'sizes are D/hidden/batch/transforms, of images side/channels→filters/stride/batch; columns are library and threads; * one run; ~ not run, D times the pass that it repeats',
);
for (const [side, backend] of backends) console.log(`${side}: ${backend}`);
console.log('');
console.log(table([...options.operations, ...options.processFigures], options.sizes, sides, find));
console.log('\nmedian of paired ratios (ratio of minima):');
console.log(summary(verdicts.filter(({ figures }) => figures.length > 0 || options.complete)));

const file =
  options.json ?? fileURLToPath(new URL(`../results/${date.replaceAll(/[:.]/g, '-')}.json`, import.meta.url));
const statistics = results.map((result) =>
  result.samples.length > 0
    ? { ...result, median: median(result.samples), minimum: Math.min(...result.samples) }
    : result,
);
mkdirSync(path.dirname(file), { recursive: true });
writeFileSync(
  file,
  `${JSON.stringify({ date, cpu, node: process.version, threads: options.threads, load, backends: Object.fromEntries(backends), verdicts, results: statistics }, null, 1)}\n`,
);
console.log(
  `\n${Math.round((performance.now() - started) / 1000)} s; written to ${path.relative(process.cwd(), file)}`,
);
