import type { Warp } from '../warp.js';

export const warp: Warp = ([u, v], [a]) => {
  const radius = [1, 2.2][Math.floor(2 * v)] + 0.12 * a;
  return [radius * Math.cos(2 * Math.PI * u), radius * Math.sin(2 * Math.PI * u)];
};
