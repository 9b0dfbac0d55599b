import { readFileSync, writeFileSync } from 'node:fs';
import { useBackend } from '@pushforward/tensor';
import { expect, test } from 'vitest';
import { parities, type Parity, worstUlps } from './numbers/measure.js';
import { primitives } from './numbers/primitives.js';

/** What docs/numbers.md says, by scripts/numbers.mjs. */
interface Results {
  primitives: { name: string; range: readonly number[]; ulps: Record<string, number> }[];
  parities: Parity[];
}

const BACKENDS = ['cpu', 'wasm'] as const;
const file = new URL('numbers/results.json', import.meta.url);

async function measure(): Promise<Results> {
  const ulps = primitives.map((): Record<string, number> => ({}));
  for (const backend of BACKENDS) {
    await useBackend(backend);
    for (const [i, primitive] of primitives.entries()) ulps[i][backend] = await worstUlps(primitive);
  }
  return {
    primitives: primitives.map(({ name, range }, i) => ({ name, range, ulps: ulps[i] })),
    parities: await parities(),
  };
}

// PUSHFORWARD_NUMBERS=write measures anew.
test('the page of numbers says what is measured, or more', { timeout: 300_000 }, async () => {
  const measured = await measure();
  if (process.env.PUSHFORWARD_NUMBERS === 'write') writeFileSync(file, `${JSON.stringify(measured, null, 1)}\n`);
  const said = JSON.parse(readFileSync(file, 'utf8')) as Results;
  expect(said.primitives.map(({ name }) => name)).toEqual(measured.primitives.map(({ name }) => name));
  expect(said.parities.map(({ model }) => model)).toEqual(measured.parities.map(({ model }) => model));
  // The builds of the kernels for other vectors, and other versions of JavaScript's own functions, differ in the last digit.
  for (const [i, { name, ulps }] of measured.primitives.entries())
    for (const backend of BACKENDS)
      expect(ulps[backend], `${name} on ${backend}`).toBeLessThanOrEqual(1.5 * said.primitives[i].ulps[backend] + 0.5);
  for (const [i, { model, float32, float64 }] of measured.parities.entries()) {
    expect(float32, model).toBeLessThanOrEqual(3 * said.parities[i].float32 + 1e-7);
    expect(float64, model).toBeLessThanOrEqual(3 * said.parities[i].float64 + 1e-14);
  }
});
