import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { key, randomBits } from '@pushforward/tensor';

/** Writes a table of two columns: a parabola with noise, in units far from 0 and 1. */
export function writeBanana(file: string, rows: number): void {
  const bits = randomBits(key(7), 4 * rows);
  const uniform = (i: number) => (bits[i] + 0.5) / 2 ** 32;
  const gaussian = (i: number) => Math.sqrt(-2 * Math.log(uniform(i))) * Math.cos(2 * Math.PI * uniform(i + 1));
  const lines = Array.from({ length: rows }, (_, row) => {
    const [a, b] = [gaussian(4 * row), gaussian(4 * row + 2)];
    return `${(300 + 50 * a).toFixed(4)},${(0.01 * (a * a + 0.3 * b)).toFixed(7)}`;
  });
  writeFileSync(file, `height,"weight, in t"\n${lines.join('\n')}\n`);
}

/** Writes a directory with the four IDX files: 60 + 24 images of 6 × 6, each a bright row or column on a dark ground. */
export function writeIdxDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const [part, count] of [
    ['train', 60],
    ['t10k', 24],
  ] as const) {
    const pixels = new Uint8Array(count * 36);
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
    for (let image = 0; image < count; image++) {
      const line = image % 6;
      for (let i = 0; i < 6; i++) {
        const at = image % 10 < 5 ? line * 6 + i : i * 6 + line;
        pixels[image * 36 + at] = 230;
      }
    }
    writeFileSync(path.join(directory, `${part}-images-idx3-ubyte.gz`), gzipSync(idx([count, 6, 6], pixels)));
    writeFileSync(path.join(directory, `${part}-labels-idx1-ubyte`), idx([count], labels));
  }
}

/** The bytes of an IDX file. */
function idx(shape: readonly number[], values: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  for (const [axis, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * axis);
  return Buffer.concat([header, values]);
}
