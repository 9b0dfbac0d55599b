import { tidy } from '@tensorflow/tfjs-core';
import { foldIn, type Key } from '@pushforward/tensor';
import type { Digits } from '../../data/digits/images.js';
import { greyLevels } from '../../digits/evaluation.js';
import { column, estimate, type Matrix } from '../../statistics/statistics.js';
import { logits } from './logits.js';

const CHUNK = 500;

/** Digits in logit space, as numbers of this program. */
export async function logitRows(digits: Digits, noise: Key): Promise<Matrix> {
  const { count, height, width } = digits;
  const columns = height * width;
  const values = new Float64Array(count * columns);
  for (let start = 0; start < count; start += CHUNK) {
    const end = Math.min(start + CHUNK, count);
    const x = tidy(() => logits(greyLevels(digits, start, end), foldIn(noise, start)));
    values.set(await x.data(), start * columns);
    x.dispose();
  }
  return { values, rows: count, columns };
}

/** Where each pixel lies, and how far it spreads. */
export interface PixelStandard {
  loc: number[];
  scale: number[];
}

/** The mean and the standard deviation of each pixel in logit space. */
export async function pixelStandard(digits: Digits, noise: Key): Promise<PixelStandard> {
  const rows = await logitRows(digits, noise);
  const estimates = Array.from({ length: rows.columns }, (_, i) => estimate(column(rows, i)));
  return {
    loc: estimates.map(({ mean }) => mean),
    scale: estimates.map(({ standardError }) => standardError * Math.sqrt(rows.rows)),
  };
}
