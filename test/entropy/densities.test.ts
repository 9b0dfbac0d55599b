import { describe, expect, test } from 'vitest';
import { banana, exactLogProb, ring, twoMoons } from './densities.js';

describe.each([twoMoons, ring, banana])('$name', (density) => {
  const {
    support: [[left, right], [bottom, top]],
    logProb,
    entropy,
  } = density;

  test('has total probability 1 and the entropy that it says', () => {
    // For densities this smooth the rectangle rule converges faster than any power of the step.
    const step = 0.03;
    let total = 0;
    let integral = 0;
    for (let x = left; x < right; x += step) {
      for (let y = bottom; y < top; y += step) {
        const log = logProb(x, y);
        const mass = Math.exp(log) * step * step;
        total += mass;
        if (mass > 0) integral -= mass * log;
      }
    }
    expect(total).toBeCloseTo(1, 8);
    expect(integral).toBeCloseTo(entropy, 6);
  });

  test('is what its samples come from: their mean log-density is the negative entropy', async () => {
    const values = await exactLogProb(density, density.sample(20_000, 0));
    expect(Math.abs(mean(values) + entropy)).toBeLessThan(0.03);
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
