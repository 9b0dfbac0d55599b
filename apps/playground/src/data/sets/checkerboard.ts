import type { Warp } from '../warp.js';

export const warp: Warp = ([u, v]) => {
  const x = 4 * u - 2;
  const row = 2 * Math.floor(2 * v) + (Math.floor(x) & 1);
  return [x, row + ((2 * v) % 1) - 2];
};
