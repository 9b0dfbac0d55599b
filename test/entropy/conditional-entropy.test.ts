import { nsf } from '@pushforward/bijectors';
import { describe, expect, test } from 'vitest';
import { gap } from './flow-gap.js';
import { movingMixture } from './moving-mixture.js';

describe('a flow with a context reaches the conditional entropy to 0.05 nats', () => {
  const shared = { dim: 2, contextDim: 1, hidden: [64, 64], activation: 'leakyRelu', seed: 0 } as const;
  test.each([{ name: 'NSF', flow: () => nsf({ ...shared, transforms: 2 }), steps: 500 }])(
    '$name',
    { timeout: 300_000 },
    async ({ flow, steps }) => {
      const nats = await gap(movingMixture, flow(), steps);
      expect(nats).toBeLessThan(0.05);
      // No density is better than the true one, but for the error of 20,000 samples.
      expect(nats).toBeGreaterThan(-0.02);
    },
  );
});
