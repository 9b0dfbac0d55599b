import type { Warp } from '../warp.js';

export const warp: Warp = ([u], [a, b]) => {
  const [along, across] = [1.6 + 0.45 * a, 0.16 * b];
  const angle = (2 * Math.PI * Math.floor(5 * u)) / 5 + 0.8 * Math.hypot(along, across);
  return [along * Math.cos(angle) - across * Math.sin(angle), along * Math.sin(angle) + across * Math.cos(angle)];
};
