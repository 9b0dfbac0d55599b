import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseNumber } from './number-field.js';

const CASES = Number(process.env.PUSHFORWARD_CASES ?? 1000);
const POINT = { decimal: '.' } as const;

const digits = (most: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: most });
const exponent = fc.option(
  fc.tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), fc.integer({ min: 0, max: 40 })),
  { nil: null },
);
const written = fc
  .tuple(fc.constantFrom('', '-', '+'), digits(24), fc.option(digits(24), { nil: null }), exponent)
  .map(
    ([sign, whole, fraction, power]) =>
      `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${power ? power.join('') : ''}`,
  );
/** Halfway between two neighbouring float64, or one digit beside: where the rounding is hardest. */
const halfway = fc
  .tuple(
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 60n }),
    fc.integer({ min: -1, max: 1 }),
    fc.integer({ min: 0, max: 12 }),
  )
  .map(([n, off, places]) => {
    const step = 2n ** BigInt(n.toString(2).length - 53);
    const text = String(((n / step) * step + step / 2n) * 10n + BigInt(off));
    return `${text.slice(0, text.length - places)}.${text.slice(text.length - places)}`;
  });
const shortest = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String);
const between = fc.double({ min: -1000, max: 1000, noNaN: true }).map(String);

test.each([
  ['digits, a point, an exponent', written],
  ['halves', halfway],
  ['float64 in its shortest form', shortest],
  ['float64 of ordinary size', between],
])('numbers are read as the engine reads them: %s', (_, text) => {
  fc.assert(
    fc.property(text, (field) => {
      expect(parseNumber(field, POINT)).toBe(Number(field));
      expect(parseNumber(field.replace('.', ','), { decimal: ',' })).toBe(Number(field));
    }),
    { numRuns: CASES, seed: 7 },
  );
});
