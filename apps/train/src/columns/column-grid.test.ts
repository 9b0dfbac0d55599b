import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimalGrid, evidentGrid } from './column-grid.js';

const of = (...values: number[]) => Float64Array.from(values);

describe('the grid that values show', () => {
  test.each<[string, Float64Array, unknown]>([
    ['the greatest common step of whole numbers', of(0, 20, 50, 60), { step: 10, parts: 1 }],
    ['that of decimals', of(0.1, 0.25, 0.3), { step: 0.05, parts: 100 }],
    ['thirds with all digits', of(0, 1 / 3, 2 / 3, 1), { step: 1 / 3, parts: 3 }],
    ['thirds with two decimals', of(0, 0.33, 0.67, 1), { step: 1 / 3 }],
    ['two values', of(0, Math.PI), { step: Math.PI }],
    ['values of which one is on no grid', of(0, 1, Math.PI), null],
    ['whole numbers far apart', of(3, 1000, 52342), null],
  ])('%s', (_, distinct, grid) => expect(evidentGrid(distinct)).toEqual(grid));

  test('any decimals on a grid: the step is a multiple of it, and every value stands on it', () => {
    const cases = fc.record({
      places: fc.integer({ min: 0, max: 6 }),
      step: fc.integer({ min: 1, max: 500 }),
      at: fc.uniqueArray(fc.integer({ min: -5000, max: 5000 }), { minLength: 2, maxLength: 50 }),
    });
    fc.assert(
      fc.property(cases, ({ places, step, at }) => {
        const values = Float64Array.from(at, (k) => (k * step) / 10 ** places).toSorted();
        const found = decimalGrid(values)!;
        const times = (found.step * 10 ** places) / step;
        expect(times).toBeCloseTo(Math.round(times), 6);
        for (const value of values) {
          const k = Math.round((value - values[0]) / found.step);
          expect(Math.round((values[0] + k * found.step) * found.parts) / found.parts + 0).toBe(value + 0);
        }
      }),
    );
  });

  test('measurements with all digits of a float are on none', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.double({ min: 1, max: 10, noNaN: true }).filter((x) => String(x).length > 16),
          { minLength: 5, maxLength: 30 },
        ),
        (values) => {
          expect(evidentGrid(Float64Array.from(values).toSorted())).toBeNull();
        },
      ),
    );
  });
});
