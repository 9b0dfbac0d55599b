import type { Warp } from '../warp.js';

export const warp: Warp = ([u, v], [a, b]) => {
  const turn = 0.5 + Math.floor(96 * Math.sqrt(u)) / 40;
  const arm = v < 0.5 ? 1 : -1;
  return [arm * turn * Math.cos(3 * turn) + 0.09 * a, arm * turn * Math.sin(3 * turn) + 0.09 * b];
};
