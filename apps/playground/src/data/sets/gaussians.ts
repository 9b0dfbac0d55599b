import type { Warp } from '../warp.js';

export const warp: Warp = ([u], [a, b]) => {
  const angle = (2 * Math.PI * Math.floor(8 * u)) / 8;
  return [2 * Math.cos(angle) + 0.35 * a, 2 * Math.sin(angle) + 0.35 * b];
};
