import type { BackendName } from '@pushforward/tensor';
import { expect, inject, test } from 'vitest';
import { primitives } from './primitives.js';
import results from './results.json' with { type: 'json' };
import { worstUlps } from './worst-ulps.js';

/** The worst error of a primitive on a backend, in units of the last place. */
interface Measured {
  readonly name: string;
  readonly range: readonly [number, number];
  readonly backend: BackendName;
  readonly ulps: number;
}

declare module 'vitest' {
  interface TaskMeta {
    /** What scripts/numbers.mjs --measure keeps. */
    primitive?: Measured;
  }
}

test('the page of numbers lists every function', () => {
  expect(results.primitives.map(({ name, range }) => ({ name, range }))).toEqual(
    primitives.map(({ name, range }) => ({ name, range })),
  );
});

test.for(primitives)('$name is as exact as the page of numbers says', async (primitive, { task }) => {
  const { name, range } = primitive;
  const backend = inject('backend');
  const ulps = await worstUlps(primitive);
  task.meta.primitive = { name, range, backend, ulps };
  const said: Partial<Record<BackendName, number>> = results.primitives.find((own) => own.name === name)!.ulps;
  // The builds of the kernels for other vectors, and other versions of JavaScript's own functions, differ in the last digit.
  expect(ulps).toBeLessThanOrEqual(1.5 * (said[backend] ?? 0) + 0.5);
});
