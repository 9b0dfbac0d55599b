import { foldIn, key } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { byteMutations, drawing, mutate, textMutations } from './mutate.js';

const mutations = { ...byteMutations, ...textMutations };
const original = new TextEncoder().encode('{"type":"Made","dim":6,"hidden":[64,64],"direct":false,"bound":-2.5e-3}');

describe('mutations', () => {
  test('are the same for the same seed', () => {
    const [first, second] = [1, 1].map((seed) =>
      Array.from({ length: 20 }, (_, i) => mutate(original, foldIn(key(seed), i))),
    );
    expect(first).toEqual(second);
  });

  test.each(Object.entries(mutations))(
    '%s changes most inputs, never in place, and takes empty ones',
    (_, mutation) => {
      const before = Uint8Array.from(original);
      const draw = drawing(key(3));
      const results = Array.from({ length: 100 }, () => Buffer.from(mutation(original, draw)).toString('latin1'));
      expect(original).toEqual(before);
      expect(results.filter((result) => result !== Buffer.from(original).toString('latin1')).length).toBeGreaterThan(
        50,
      );
      expect(mutation(new Uint8Array(), draw).length).toBeLessThan(20);
    },
  );
});
