import type { Matrix } from '../statistics/statistics.js';

/** How a `.npy` file is to be written. */
export interface NpyOptions {
  type?: '<f4' | '<f8';
  isFortran?: boolean;
  version?: number;
  /** In place of the right one. */
  header?: string;
}

/** The bytes of a `.npy` file of a matrix. */
export function npyBytes(
  { values, rows, columns }: Matrix,
  { type = '<f8', isFortran = false, version = 1, header }: NpyOptions = {},
): Uint8Array {
  const words = `{'descr': '${type}', 'fortran_order': ${isFortran ? 'True' : 'False'}, 'shape': (${rows}, ${columns}), }`;
  const text = header ?? `${words.padEnd(117)}\n`;
  const start = Buffer.alloc(version === 1 ? 10 : 12);
  start.set([...Buffer.from('\x93NUMPY', 'latin1'), version, 0]);
  if (version === 1) start.writeUInt16LE(text.length, 8);
  else start.writeUInt32LE(text.length, 8);
  const ordered = isFortran
    ? Array.from({ length: rows * columns }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)])
    : values;
  const stored = type === '<f4' ? Float32Array.from(ordered) : Float64Array.from(ordered);
  return Buffer.concat([start, Buffer.from(text, 'latin1'), Buffer.from(stored.buffer)]);
}
