import { describe, expect, test } from 'vitest';
import { type HiddenDegrees, hiddenDegrees, resolveDegrees } from './degrees.js';
import { connectivity, hiddenMask, outputMask } from './masks.js';
import { invertPermutation, type Order, resolveOrder } from './order.js';

describe('order', () => {
  test('natural, reversed, given', () => {
    expect(resolveOrder('natural', 3)).toEqual([0, 1, 2]);
    expect(resolveOrder('reverse', 3)).toEqual([2, 1, 0]);
    expect(resolveOrder([1, 0, 2], 3)).toEqual([1, 0, 2]);
  });

  test('random orders are permutations, the same for the same key', () => {
    const order = resolveOrder({ random: 3 }, 20);
    expect(order.toSorted((a, b) => a - b)).toEqual(resolveOrder('natural', 20));
    expect(order).toEqual(resolveOrder({ random: 3 }, 20));
    expect(order).not.toEqual(resolveOrder({ random: 4 }, 20));
  });

  test.each([[[0, 1]], [[0, 1, 1]], [[0, 1, 3]], [[0.5, 1, 2]], [[0, 1, 2, 3]]])(
    '%j is refused for three dimensions',
    (order) => {
      expect(() => resolveOrder(order, 3)).toThrow('Made: order must be');
    },
  );

  test('the inverse undoes a permutation', () => {
    const order = [2, 0, 3, 1];
    expect(invertPermutation(order).map((place) => order[place])).toEqual([0, 1, 2, 3]);
  });
});

describe('hidden degrees', () => {
  const choices: HiddenDegrees[] = ['even', { random: 1 }, { random: 2 }];

  test.each(choices)('%j: ascending, in range, with both ends, and all of the range where there is room', (choice) => {
    for (const context of [false, true]) {
      for (const dim of [2, 3, 5, 40]) {
        for (const width of [2, 3, 7, 39, 40, 41, 200]) {
          const degrees = hiddenDegrees(width, dim, context, choice);
          const [lowest, highest] = [context ? 0 : 1, dim - 1];
          expect(degrees).toHaveLength(width);
          expect(degrees.toSorted((a, b) => a - b)).toEqual(degrees);
          expect([degrees[0], degrees.at(-1)]).toEqual([lowest, highest]);
          expect(new Set(degrees).size).toBe(Math.min(width, highest - lowest + 1));
        }
      }
    }
  });

  test('evenly spread degrees occur as often as each other, to one', () => {
    const counts = new Map<number, number>();
    for (const degree of hiddenDegrees(50, 8, false)) counts.set(degree, (counts.get(degree) ?? 0) + 1);
    expect([...counts.values()].every((count) => count === 7 || count === 8)).toBe(true);
  });

  test('random degrees are the same for the same key', () => {
    const [degrees, again, other] = [3, 3, 4].map((random) => resolveDegrees({ random }, [40, 30], 6, false));
    expect(again).toEqual(degrees);
    expect(other).not.toEqual(degrees);
  });

  test('one dimension has only the context to see', () => {
    expect(hiddenDegrees(3, 1, true)).toEqual([0, 0, 0]);
    expect(() => hiddenDegrees(3, 1, false)).toThrow('hiddenDegrees: dim must be an integer of at least 2, got 1');
  });
});

describe('masks', () => {
  const orders: Order[] = ['natural', 'reverse', { random: 5 }, [3, 1, 4, 0, 2]];
  const cases = orders.flatMap((order) =>
    ([[], [8], [5, 9], [40, 6, 12]] as number[][]).flatMap((hidden) =>
      (['even', { random: 6 }] as HiddenDegrees[]).map((choice) => [order, hidden, choice] as const),
    ),
  );

  test.each(cases)(
    'order %j, hidden %j, degrees %j: output i sees exactly the inputs before i',
    (order, hidden, choice) => {
      const dim = 5;
      const parameterCount = 2;
      const place = invertPermutation(resolveOrder(order, dim));
      const inputs = place.map((r) => r + 1);
      const layers = [inputs, ...hidden.map((width) => hiddenDegrees(width, dim, false, choice))];
      const masks = layers.slice(1).map((degrees, l) => hiddenMask(layers[l], degrees));
      masks.push(outputMask(layers.at(-1) as number[], inputs, parameterCount));
      const expected = place.map((source) =>
        place.flatMap((output) => [output > source ? 1 : 0, output > source ? 1 : 0]),
      );
      expect(connectivity(masks)).toEqual(expected);
    },
  );

  test('the context, of degree 0, reaches every output through units of any degree', () => {
    const inputs = [1, 2, 3, 4];
    const hidden = hiddenDegrees(6, 4, true);
    expect(connectivity([hiddenMask([0], hidden), outputMask(hidden, inputs, 1)])).toEqual([[1, 1, 1, 1]]);
  });
});
