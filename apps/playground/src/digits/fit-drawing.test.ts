import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PIXELS, readExamples, SIDE } from '../autoencoder/models.js';
import { fitDrawing } from './fit-drawing.js';

/** A filled box of columns and rows, both ends included. */
const box = (left: number, right: number, top: number, bottom: number) =>
  Uint8Array.from({ length: PIXELS }, (_, i) => {
    const [column, row] = [i % SIDE, Math.floor(i / SIDE)];
    return column >= left && column <= right && row >= top && row <= bottom ? 1 : 0;
  });

test('a drawing in a corner comes to the middle', () => {
  expect(fitDrawing(box(0, 3, 20, 27))).toEqual(box(12, 15, 10, 17));
});

test('a drawing over the whole board is made smaller, in proportion', () => {
  expect(fitDrawing(box(0, 27, 0, 27))).toEqual(box(4, 23, 4, 23));
  expect(fitDrawing(box(7, 20, 0, 27))).toEqual(box(9, 18, 4, 23));
});

test('what is fitted stays as it is, and so does an empty board', () => {
  const empty = new Uint8Array(PIXELS);
  expect(fitDrawing(empty)).toEqual(empty);
  const file = new Uint8Array(readFileSync(new URL('../autoencoder/models/examples.safetensors', import.meta.url)));
  for (const { pixels } of readExamples(file)) {
    const once = fitDrawing(pixels);
    expect(once.filter(Boolean).length).toBe(pixels.filter(Boolean).length);
    expect(fitDrawing(once)).toEqual(once);
  }
});
