import type { Warp } from '../warp.js';

export const warp: Warp = ([u, v], [a, b]) => {
  const angle = (Math.floor(64 * u) * Math.PI) / 63;
  const [x, y] = [Math.cos(angle), Math.sin(angle)];
  return v < 0.5 ? [x + 0.1 * a, y + 0.1 * b] : [1 - x + 0.1 * a, 0.5 - y + 0.1 * b];
};
