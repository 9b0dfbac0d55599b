import { expect, test } from 'vitest';
import { parities, type Parity } from './parities.js';
import results from './results.json' with { type: 'json' };

declare module 'vitest' {
  interface TaskMeta {
    /** What scripts/numbers.mjs --measure keeps. */
    parities?: Parity[];
  }
}

test('flows of other libraries are as near as the page of numbers says', { timeout: 300_000 }, async ({ task }) => {
  const measured = await parities();
  task.meta.parities = measured;
  expect(results.parities.map(({ model }) => model)).toEqual(measured.map(({ model }) => model));
  for (const [i, { model, float32, float64 }] of measured.entries()) {
    expect(float32, model).toBeLessThanOrEqual(3 * results.parities[i].float32 + 1e-7);
    expect(float64, model).toBeLessThanOrEqual(3 * results.parities[i].float64 + 1e-14);
  }
});
