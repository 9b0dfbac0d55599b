import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { foldIn, key } from '@pushforward/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseIdx } from '../../apps/train/src/data/digits/idx.js';
import type { ReadOptions } from '../../apps/train/src/data/read-options.js';
import { readTable } from '../../apps/train/src/data/read-table.js';
import { UserError } from '../../apps/train/src/terminal/errors.js';
import { mutate } from './mutate.js';

const CASES = Number(process.env.PUSHFORWARD_CASES ?? 40);
/** What takes longer hangs; a machine that is busy with other tests takes its time. */
const LONGEST_MS = 20_000;
const MOST_BYTES = 256 * 2 ** 20;

let cwd: string;
beforeAll(() => void (cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'))));
afterAll(() => rmSync(cwd, { recursive: true }));

const rows = Array.from({ length: 60 }, (_, i) => [i / 7 - 3, 1e-3 * i * i, -2.5e4 + i, i % 3]);
const csv = `# of a sensor\n"time, in s",height,x,kind\n${rows.map((row) => `${row.join(',')}\n`).join('')}`;
const semicolons = `time;height;x;kind\r\n${rows.map((row) => `${row.map((value) => String(value).replace('.', ',')).join(';')}\r\n`).join('')}`;
const blanks = rows.map((row) => `  ${row.map((value) => value.toExponential(6)).join('   ')}\n`).join('');
const parquet = (codec: string) =>
  readFileSync(path.join(import.meta.dirname, `../../apps/train/src/testing/mixed-${codec}.parquet`));
const numbers = ['float', 'single', 'int', 'small', 'flag', 'price'];
const idx = Buffer.from([
  0,
  0,
  8,
  3,
  0,
  0,
  0,
  5,
  0,
  0,
  0,
  4,
  0,
  0,
  0,
  3,
  ...Array.from({ length: 60 }, (_, i) => (i * 37) % 256),
]);

const tables: Readonly<Record<string, { bytes: Uint8Array; options?: ReadOptions; isChecked?: boolean }>> = {
  csv: { bytes: Buffer.from(csv) },
  'csv, gzipped': { bytes: gzipSync(csv), isChecked: true },
  'csv in UTF-16': { bytes: Buffer.from(`\uFEFF${csv}`, 'utf16le') },
  'csv with decimal commas': { bytes: Buffer.from(semicolons), options: { decimal: ',', missing: 'drop' } },
  'columns of blanks': { bytes: Buffer.from(blanks), options: { columns: ['2', '1'] } },
  'parquet, snappy': { bytes: parquet('snappy'), options: { columns: numbers, missing: 'drop' } },
  'parquet, zstd': { bytes: parquet('zstd'), options: { columns: numbers, missing: 'drop' } },
};

/** Reads what is damaged: numbers, or an error in one line; in time, and without taking memory. */
async function readDamaged<T>(what: string, read: () => T | Promise<T>): Promise<T | UserError> {
  const before = process.memoryUsage().rss;
  const started = performance.now();
  let result: T | UserError;
  try {
    result = await read();
  } catch (error) {
    if (!(error instanceof UserError)) throw new Error(what, { cause: error });
    expect(error.message, what).toMatch(/^damaged[^\p{Cc}]{5,1000}$/u);
    result = error;
  }
  expect(performance.now() - started, what).toBeLessThan(LONGEST_MS);
  expect(process.memoryUsage().rss - before, what).toBeLessThan(MOST_BYTES);
  return result;
}

describe(
  `damaged in ${CASES} ways, each is read as finite numbers or refused in one line`,
  { timeout: 60_000 + CASES * 100 },
  () => {
    test.each(Object.keys(tables))('%s', async (name) => {
      const { bytes, options, isChecked } = tables[name];
      const file = path.join(cwd, 'damaged');
      writeFileSync(file, bytes);
      const whole = await readTable(cwd, 'damaged', options);
      expect(whole.rows).toBeGreaterThan(3);
      let refused = 0;
      const seed = 30 + Object.keys(tables).indexOf(name);
      for (let i = 0; i < CASES; i++) {
        const what = `case ${i} of seed ${seed}`;
        writeFileSync(file, mutate(bytes, foldIn(key(seed), i)));
        const table = await readDamaged(what, () => readTable(cwd, 'damaged', options));
        if (table instanceof UserError) refused++;
        else {
          expect([table.values.length, table.values.every(Number.isFinite)], what).toEqual([
            table.rows * table.columns,
            true,
          ]);
          if (isChecked) expect(table.values, what).toEqual(whole.values);
        }
      }
      expect(refused).toBeGreaterThan(CASES / 10);
    });

    test.each(['idx', 'idx, gzipped'])('%s', async (name) => {
      const isChecked = name !== 'idx';
      const bytes = isChecked ? gzipSync(idx) : idx;
      const whole = parseIdx(bytes, 'damaged', 3);
      let refused = 0;
      for (let i = 0; i < CASES; i++) {
        const what = `case ${i} of seed ${isChecked ? 41 : 40}`;
        const array = await readDamaged(what, () =>
          parseIdx(mutate(bytes, foldIn(key(isChecked ? 41 : 40), i)), 'damaged', 3),
        );
        if (array instanceof UserError) refused++;
        else {
          expect(array.values.length, what).toBe(array.shape.reduce((product, size) => product * size));
          if (isChecked) expect(array, what).toEqual(whole);
        }
      }
      expect(refused).toBeGreaterThan(CASES / 10);
    });
  },
);
