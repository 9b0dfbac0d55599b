import type { ViewBox } from '../draw/view-box.js';
import { logPosterior, type Measurement } from './throw.js';

/** The exact posterior at the middles of `size · size` cells, as probabilities that add up to one; ordered as a frame's densities. */
export function exactPosterior({ x, y }: ViewBox, size: number, measured: Measurement): Float64Array {
  const values = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    const speed = y[1] - ((row + 0.5) / size) * (y[1] - y[0]);
    for (let column = 0; column < size; column++) {
      const angle = x[0] + ((column + 0.5) / size) * (x[1] - x[0]);
      values[row * size + column] = logPosterior([angle, speed], measured);
    }
  }
  const top = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = values.map((value) => Math.exp(value - top));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** `Σ p log(p / q)` over the cells, in nats, q being densities by their logarithms. */
export function divergence(exact: Float64Array, logDensity: Float32Array, cellArea: number): number {
  return exact.reduce((sum, p, i) => (p > 0 ? sum + p * (Math.log(p / cellArea) - logDensity[i]) : sum), 0);
}
