import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { key, randomBits } from '@pushforward/tensor';
import type { Matrix } from '../statistics/statistics.js';
import { npyBytes } from './npy-bytes.js';

/** Numbers from 0 to 1. */
export function uniformMatrix(rows: number, columns: number, seed: number): Matrix {
  const bits = randomBits(key(seed), rows * columns);
  return { values: Float64Array.from(bits, (word) => word / 2 ** 32), rows, columns };
}

/** Rows as lines of a CSV file. */
function csvOf({ values, rows, columns }: Matrix, header: string): string {
  const lines = Array.from({ length: rows }, (_, row) => values.subarray(row * columns, (row + 1) * columns).join(','));
  return `${[header, ...lines].join('\n')}\n`;
}

/** Writes the files of the paper's data sets, of a few random rows: of GAS and BSDS300 in the converted forms. */
export function writeUciArchive(directory: string): void {
  const write = (file: string, content: string | Uint8Array) => {
    mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    writeFileSync(path.join(directory, file), content);
  };
  write('power/data.npy', npyBytes(uniformMatrix(100, 8, 1)));
  write('miniboone/data.npy', npyBytes(uniformMatrix(100, 43, 2), { isFortran: true }));
  for (const [i, [part, rows]] of Object.entries({ train: 60, validation: 20, test: 30 }).entries())
    write(`BSDS300/${part}.npy`, npyBytes(uniformMatrix(rows, 63, 3 + i), { type: '<f4' }));
  write('gas/ethylene_CO.csv', csvOf(gas(), 'Time,Meth,Eth,a,b,c,d,e,f,g,h,i,j'));
  write('hepmass/1000_train.csv', csvOf(hepmass(200, 28, 7), `# label,${features}`));
  write('hepmass/1000_test.csv', csvOf(hepmass(80, 29, 8), `# label,${features},mass`));
}

const features = Array.from({ length: 27 }, (_, i) => `f${i}`).join(',');

/** Ten sensors, of which the first says what the third does, and the fifth what the tenth does. */
function gas(): Matrix {
  const matrix = uniformMatrix(100, 13, 6);
  for (let row = 0; row < 100; row++) {
    const line = matrix.values.subarray(row * 13, (row + 1) * 13);
    line[3] = 2 * line[5] + 1;
    line[7] = line[12] + 0.001 * line[7];
  }
  return matrix;
}

/** Labels 1 and 0 in turn, and features of which the first six have their smallest value often, and the seventh has its largest often. */
function hepmass(rows: number, columns: number, seed: number): Matrix {
  const matrix = uniformMatrix(rows, columns, seed);
  for (let row = 0; row < rows; row++) {
    const line = matrix.values.subarray(row * columns, (row + 1) * columns);
    line[0] = (row + 1) % 2;
    for (let i = 1; i <= 6; i++) if (line[i] < 0.5) line[i] = 0;
    if (line[7] > 0.5) line[7] = 1;
  }
  return matrix;
}
