// Reading a table of numbers beside other readers, and scoring it with a MAF: seconds and peak memory.
//
//   node bench/dist/tables.js [--rows 1000000] [--columns 20] [--digits 6] [--rounds 3] [--python PATH] [--keep DIR]
//
// Each reader is a process of its own; they take turns. --digits 17 writes every digit of a double. Scoring runs with a tenth of the rows, too: its
// peak memory is not to grow with them.
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { foldIn, key, randomBits } from '@pushforward/tensor';
import { median } from './series.js';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    columns: { type: 'string', default: '20' },
    digits: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '3' },
    python: { type: 'string', default: 'python3' },
    keep: { type: 'string' },
  },
});
const [rows, columns, digits, rounds] = [options.rows, options.columns, options.digits, options.rounds].map(Number);
if (![rows, columns, digits, rounds].every((count) => Number.isInteger(count) && count > 0) || rows < 1000) {
  console.error('usage: tables [--rows 1000000] [--columns 20] [--digits 6] [--rounds 3] [--python PATH] [--keep DIR]');
  process.exit(2);
}

const directory = options.keep ?? mkdtempSync(path.join(tmpdir(), 'pushforward-tables-'));
mkdirSync(directory, { recursive: true });
try {
  const [table, tenth, small] = [rows, Math.floor(rows / 10), 1000].map((count) => ({
    file: path.join(directory, `${count}.csv`),
    count,
  }));
  for (const { file, count } of [table, tenth, small]) await writeTable(file, count);
  const megabytes = statSync(table.file).size / 1e6;
  console.log(
    `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}; ${rows} × ${columns} numbers, ${digits} digits, ${megabytes.toFixed(0)} MB; medians of ${rounds} rounds`,
  );
  compareReaders(table.file);
  measureScores([tenth, table], small.file);
} finally {
  if (options.keep === undefined) rmSync(directory, { recursive: true });
}

async function writeTable(file: string, count: number): Promise<void> {
  const format = digits < 17 ? (value: number) => value.toFixed(digits) : String;
  function* lines() {
    yield `${Array.from({ length: columns }, (_, i) => `c${i + 1}`).join(',')}\n`;
    const chunk = 1000;
    for (let start = 0; start < count; start += chunk) {
      const bits = randomBits(foldIn(key(0), start), Math.min(chunk, count - start) * columns);
      let text = '';
      for (let at = 0; at < bits.length; at += columns)
        text += `${Array.from(bits.subarray(at, at + columns), (word) => format(word / 2 ** 29)).join(',')}\n`;
      yield text;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(file));
}

/** What a reader prints. */
interface Reading {
  seconds: number;
  sum: number;
  numbers: number;
  peakBytes: number;
}

function compareReaders(file: string): void {
  const own = (name: string) => [process.execPath, path.join(import.meta.dirname, 'readers', `${name}.js`), file];
  const pandas = path.join(import.meta.dirname, '../peers/pandas_read.py');
  const readers: [name: string, command: string[]][] = [
    ['ours', own('ours')],
    ['papaparse', own('papaparse')],
  ];
  if (spawnSync(options.python, ['-c', 'import pandas']).status === 0)
    readers.push(['pandas.read_csv', [options.python, pandas, file]]);
  const readings = readers.map((): Reading[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, [, [program, ...args]]] of readers.entries()) {
      const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
      if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ended with ${status}`);
      readings[i].push(JSON.parse(stdout) as Reading);
    }
  }
  const [reference] = readings[0];
  for (const [i, [name]] of readers.entries()) {
    const [{ sum, numbers }] = readings[i];
    // Summed in another order.
    if (numbers !== rows * columns || Math.abs(sum - reference.sum) > 1e-9 * numbers)
      throw new Error(`${name} read ${numbers} numbers of the sum ${sum}, not ${reference.sum}`);
    const seconds = median(readings[i].map((reading) => reading.seconds));
    const ratio = median(readings[i].map((reading, round) => reading.seconds / readings[0][round].seconds));
    const peak = median(readings[i].map((reading) => reading.peakBytes));
    console.log(
      `reading  ${name.padEnd(16)} ${seconds.toFixed(2).padStart(7)} s  ${ratio.toFixed(2).padStart(5)} × ours  peak ${(peak / 1e6).toFixed(0).padStart(5)} MB`,
    );
  }
}

function measureScores(tables: readonly { file: string; count: number }[], small: string): void {
  const model = path.join(directory, 'model');
  runCommand([
    'train',
    '--data',
    small,
    '--flow',
    'maf',
    '--transforms',
    '5',
    '--hidden',
    '128,128',
    '--epochs',
    '1',
    '--out',
    model,
    '--force',
  ]);
  for (const { file, count } of tables) {
    const { seconds, peakBytes } = runCommand([
      'score',
      model,
      '--data',
      file,
      '--out',
      path.join(directory, 'scores.csv'),
      '--force',
    ]);
    const peak = (peakBytes / 1e6).toFixed(0).padStart(5);
    console.log(
      `scoring  MAF 5 × 128², ${String(count).padStart(8)} rows  ${seconds.toFixed(1).padStart(6)} s  ${Math.round(count / seconds)} rows/s  peak ${peak} MB`,
    );
  }
}

/** Runs the command in a process that says at its end what it took. */
function runCommand(args: readonly string[]): { seconds: number; peakBytes: number } {
  const report =
    "import { writeSync } from 'node:fs'; process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS * 1024)));";
  const preload = `data:text/javascript,${encodeURIComponent(report)}`;
  const start = performance.now();
  const { status, output, stderr } = spawnSync(
    process.execPath,
    ['--import', preload, path.join(import.meta.dirname, '../../apps/train/dist/main.js'), ...args],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    },
  );
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return { seconds: (performance.now() - start) / 1000, peakBytes: Number(output[3]) };
}
