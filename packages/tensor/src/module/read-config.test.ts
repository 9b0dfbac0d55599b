import { describe, expect, expectTypeOf, test } from 'vitest';
import type { Json } from './contract.js';
import { readConfig } from './read-config.js';

const WORDS = ['up', 'down'] as const;
const read = (config: Record<string, Json>) =>
  readConfig(
    { type: 'Example', ...config },
    { size: 'number', widths: 'numbers?', way: [...WORDS, undefined], name: 'text?' },
    { size: 'dim' },
  );

describe('readConfig', () => {
  test('gives typed fields, and nothing else', () => {
    const fields = read({ size: 2, widths: [1, 2], way: 'up', name: 'n', more: 1 });
    expect(fields).toEqual({ size: 2, widths: [1, 2], way: 'up', name: 'n' });
    expectTypeOf(fields.size).toEqualTypeOf<number>();
    expectTypeOf(fields.widths).toEqualTypeOf<number[] | undefined>();
    expectTypeOf(fields.way).toEqualTypeOf<'up' | 'down' | undefined>();
  });

  test('leaves out what is absent or null', () => {
    expect(read({ size: 2, widths: null })).toEqual({ size: 2 });
  });

  test('knows a former name', () => {
    expect(read({ dim: 3 }).size).toBe(3);
    expect(read({ size: 2, dim: 3 }).size).toBe(2);
  });

  test.each<[Record<string, Json>, string]>([
    [{}, 'size must be a number, got undefined'],
    [{ size: null }, 'size must be a number, got null'],
    [{ size: '2' }, "size must be a number, got '2'"],
    [{ size: 2, widths: [1, null] }, 'widths must be a list of numbers, got [1, null]'],
    [{ size: 2, way: 'left' }, "way must be one of up, down, got 'left'"],
    [{ size: 2, name: 7 }, 'name must be a text of at most 200 letters, got 7'],
  ])('refuses %j', (config, message) => {
    expect(() => read(config)).toThrow(new Error(`Example: ${message}`));
  });

  test.each<[Parameters<typeof readConfig>[1]['field'], Json]>([
    ['number', [1]],
    ['boolean', 0],
    ['text', 'a'.repeat(201)],
    ['numbers', [[1]]],
    ['rows', [1]],
    ['list', { length: 0 }],
  ])('a field that is %j is not %j', (field, value) => {
    expect(() => readConfig({ type: 'Example', field: value }, { field })).toThrow(/^Example: field must be /u);
  });
});
