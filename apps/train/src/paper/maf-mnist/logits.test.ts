import '@tensorflow/tfjs';
import { tensor1d, tidy } from '@tensorflow/tfjs-core';
import { key, uniform } from '@pushforward/tensor';
import { expect, test } from 'vitest';
import { logits } from './logits.js';

test('grey levels and noise in float64 give the same points, at black and at white too', async () => {
  const levels = Array.from({ length: 512 }, (_, i) => i % 256);
  const noise = tidy(() => uniform(key(3), [512]));
  const points = logits(tensor1d(levels), key(3));
  const u = await noise.data();
  const found = await points.data();
  for (const [i, level] of levels.entries()) {
    const x = 1e-6 + (1 - 2e-6) * ((level + u[i]) / 256);
    const expected = Math.log(x) - Math.log1p(-x);
    expect(Math.abs(found[i] - expected)).toBeLessThan(2e-6 * Math.max(1, Math.abs(expected)));
  }
  noise.dispose();
  points.dispose();
});
