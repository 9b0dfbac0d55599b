import type { Source } from './source.js';
import {
  dispose,
  memory,
  range,
  scalar,
  Tensor,
  tensor,
  tensor1d,
  tensor2d,
  type TensorContainer,
  zeros,
} from '@tensorflow/tfjs-core';
import { data } from '@tensorflow/tfjs';
import { type Key, key, permutation } from '@pushforward/tensor';
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import { type Batch, type Data, RowSource, toSource } from './data.js';

let before = 0;
beforeEach(() => {
  before = memory().numTensors;
});
afterEach(() => {
  expect(memory().numTensors).toBe(before);
});

/** The batches of one pass as nested arrays with their sizes. */
async function collect(source: Source, { epoch = 1, shuffle = false, skip = 0, seed = 0 } = {}) {
  const batches: { batch: unknown; size: number }[] = [];
  for await (const { batch, size } of source.batches({ epoch, key: key(seed), shuffle, skip })) {
    batches.push({ batch: await plain(batch), size });
    dispose(batch);
  }
  return batches;
}

async function plain(batch: TensorContainer): Promise<unknown> {
  if (batch instanceof Tensor) return batch.array();
  if (Array.isArray(batch)) return Promise.all(batch.map(plain));
  const entries = Object.entries(batch as { [name: string]: Tensor }).map(
    async ([name, value]) => [name, await plain(value)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

const five = { values: Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), shape: [5, 2] };

const NUMERIC = [
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
];

describe('rows', () => {
  test('in their order, the last batch smaller', async () => {
    const source = await toSource('f', 'data', five, 2);
    expect(source.rowCount).toBe(5);
    expect(await collect(source)).toEqual([
      {
        batch: [
          [0, 1],
          [2, 3],
        ],
        size: 2,
      },
      {
        batch: [
          [4, 5],
          [6, 7],
        ],
        size: 2,
      },
      { batch: [[8, 9]], size: 1 },
    ]);
    expect(await collect(source, { skip: 2 })).toEqual([{ batch: [[8, 9]], size: 1 }]);
    expect(await collect(source, { skip: 3 })).toEqual([]);
  });

  test('fewer than a batch', async () => {
    expect(await collect(await toSource('f', 'data', five, 100))).toEqual([
      {
        batch: [
          [0, 1],
          [2, 3],
          [4, 5],
          [6, 7],
          [8, 9],
        ],
        size: 5,
      },
    ]);
  });

  test('shuffled by the key and the epoch', async () => {
    const source = await toSource(
      'f',
      'data',
      { values: Int32Array.from({ length: 20 }, (_, i) => i), shape: [20] },
      7,
    );
    const rows = async (epoch: number, seed = 0) =>
      (await collect(source, { epoch, seed, shuffle: true })).flatMap(({ batch }) => batch as number[]);
    const first = await rows(1);
    expect(first).not.toEqual(first.toSorted((a, b) => a - b));
    expect(first.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(await rows(1)).toEqual(first);
    expect(await rows(2)).not.toEqual(first);
    expect(await rows(1, 1)).not.toEqual(first);
    expect(await collect(source, { shuffle: true, skip: 1 })).toEqual(
      (await collect(source, { shuffle: true })).slice(1),
    );
  });

  test("a tensor is read once and stays the caller's", async () => {
    const x = tensor(
      Array.from({ length: 12 }, (_, i) => i),
      [3, 2, 2],
      'int32',
    );
    const source = await toSource('f', 'data', x, 2);
    expect(await collect(source)).toEqual([
      {
        batch: [
          [
            [0, 1],
            [2, 3],
          ],
          [
            [4, 5],
            [6, 7],
          ],
        ],
        size: 2,
      },
      {
        batch: [
          [
            [8, 9],
            [10, 11],
          ],
        ],
        size: 1,
      },
    ]);
    expect(x.isDisposed).toBe(false);
    x.dispose();
  });

  test.each(NUMERIC)('a $name makes float32 batches', async (ArrayType) => {
    const values = ArrayType.from([3, 100, 0]);
    const source = await toSource('f', 'data', { values, shape: [3] }, 3);
    for await (const { batch } of source.batches({ epoch: 1, key: key(0), shuffle: false, skip: 0 })) {
      expect((batch as Tensor).dtype).toBe('float32');
      expect([...(await (batch as Tensor).data())]).toEqual([3, 100, 0]);
      dispose(batch);
    }
  });

  test('a Float64Array may hold what float32 cannot tell apart, not what is beyond it', async () => {
    const shape = [2, 2];
    const largest = (2 - 2 ** -23) * 2 ** 127;
    const fine = { values: Float64Array.from([largest * (1 + 2 ** -26), -largest, 1e-300, Infinity]), shape };
    expect(await collect(await toSource('f', 'data', fine, 2))).toEqual([
      {
        batch: [
          [largest, -largest],
          [0, Infinity],
        ],
        size: 2,
      },
    ]);
    for (const large of [(2 - 2 ** -24) * 2 ** 127, -1e300]) {
      await expect(
        toSource('f', 'data', { y: { values: Float64Array.from([1, 2, 3, large]), shape } }, 2),
      ).rejects.toThrow(`f: data.y: values must be within float32's range of ±3.4e38, got ${large} in row 1 (from 0)`);
    }
  });

  test.each(['float32', 'int32', 'bool'] as const)('tensors keep their dtype %s', async (dtype) => {
    const x = tensor2d([1, 0, 0, 1], [2, 2], dtype);
    const source = await toSource('f', 'data', x, 1);
    for await (const { batch } of source.batches({ epoch: 1, key: key(0), shuffle: false, skip: 1 })) {
      expect((batch as Tensor).dtype).toBe(dtype);
      expect([...(await (batch as Tensor).data())]).toEqual([0, 1]);
      dispose(batch);
    }
    x.dispose();
  });

  test('tuples and records go together', async () => {
    const y = range(0, 5);
    const record = await toSource('f', 'data', { x: five, y }, 3);
    expect(await collect(record, { skip: 1 })).toEqual([
      {
        batch: {
          x: [
            [6, 7],
            [8, 9],
          ],
          y: [3, 4],
        },
        size: 2,
      },
    ]);
    const tuple = await toSource('f', 'data', [y, five], 3);
    expect(await collect(tuple, { skip: 1 })).toEqual([
      {
        batch: [
          [3, 4],
          [
            [6, 7],
            [8, 9],
          ],
        ],
        size: 2,
      },
    ]);
    for (const { batch } of await collect(tuple, { shuffle: true })) {
      const [ys, xs] = batch as [number[], number[][]];
      expect(xs).toEqual(ys.map((i) => [2 * i, 2 * i + 1]));
    }
    y.dispose();
  });

  test('split into disjoint parts that hold all', async () => {
    const source = (await toSource(
      'f',
      'data',
      { values: Int32Array.from({ length: 10 }, (_, i) => i), shape: [10] },
      4,
    )) as RowSource;
    const [held, rest] = source.split(3, key(1));
    const rows = await Promise.all(
      [held, rest].map(async (part) => (await collect(part)).flatMap(({ batch }) => batch as number[])),
    );
    expect(rows.map((part) => part.length)).toEqual([3, 7]);
    expect(rows.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, i) => i));
  });
});

function* numbers({ epoch, seed: key }: { epoch: number; seed: Key }) {
  for (const i of permutation(key, 3)) yield { x: tensor1d([epoch, i]) };
}

async function* slowly(info: { epoch: number; seed: Key }) {
  yield* numbers(info);
}

describe('streams', () => {
  test('a function is called for every epoch with a key of its own', async () => {
    const source = await toSource('f', 'data', numbers, 1);
    expect(source.rowCount).toBe(null);
    const first = await collect(source);
    expect(first.map(({ size }) => size)).toEqual([2, 2, 2]);
    expect(await collect(source)).toEqual(first);
    expect(await collect(source, { skip: 2 })).toEqual(first.slice(2));
    expect(await collect(await toSource('f', 'data', slowly, 1))).toEqual(first);
    const orders = await Promise.all([1, 2, 3, 4].map((epoch) => collect(source, { epoch })));
    expect(
      new Set(orders.map((order) => order.map(({ batch }) => (batch as { x: number[] }).x[1]).join())).size,
    ).toBeGreaterThan(1);
  });

  test('an async iterable is iterated once an epoch', async () => {
    const iterable = {
      [Symbol.asyncIterator]: async function* () {
        yield scalar(7);
      },
    };
    const source = await toSource('f', 'data', iterable, 1);
    expect(await collect(source)).toEqual([{ batch: 7, size: 1 }]);
    expect(await collect(source, { epoch: 2 })).toEqual([{ batch: 7, size: 1 }]);
  });

  test('a dataset of TensorFlow.js is iterated once an epoch', async () => {
    const dataset = data
      .array([
        [1, 2],
        [3, 4],
        [5, 6],
      ])
      .batch(2);
    const source = await toSource('f', 'data', dataset, 1);
    const expected = [
      {
        batch: [
          [1, 2],
          [3, 4],
        ],
        size: 2,
      },
      { batch: [[5, 6]], size: 1 },
    ];
    expect(await collect(source)).toEqual(expected);
    expect(await collect(source, { epoch: 2 })).toEqual(expected);
    expect(await collect(source, { skip: 1 })).toEqual(expected.slice(1));
    await expect(collect(await toSource('f', 'data', data.array([1, 2]), 1))).rejects.toThrow(
      'f: data must yield batches of tensors, got 1: dataset.batch(n) makes batches',
    );
  });

  test.each([
    ['a generator object', numbers({ epoch: 1, seed: key(0) })],
    ['an async generator object', slowly({ epoch: 1, seed: key(0) })],
  ])('%s is refused', async (_, once) => {
    await expect(toSource('f', 'data', once as unknown as Data, 1)).rejects.toThrow(
      'f: data must be iterable anew in every epoch, got a generator object, which runs once: pass the function that makes it',
    );
  });

  test('what is no batch of tensors is refused', async () => {
    for (const [made, shown] of [
      [Promise.resolve(1), 'Promise'],
      ['text', "'text'"],
      [undefined, 'undefined'],
    ] as const) {
      const source = await toSource('f', 'data', (() => made) as never, 1);
      await expect(collect(source)).rejects.toThrow(`f: data must return an iterable of batches, got ${shown}`);
    }
    await expect(collect(await toSource('f', 'data', () => ['text'], 1))).rejects.toThrow(
      "f: data must yield batches of tensors, got 'text'",
    );
    const empty = zeros([0, 3]);
    await expect(collect(await toSource('f', 'data', () => [empty], 1))).rejects.toThrow(
      'f: data must yield batches of at least 1 row, got [0, 3]',
    );
    empty.dispose();
  });
});

test.each<[unknown, string]>([
  [{ values: new Float32Array(0), shape: [0, 2] }, 'f: data must have at least 1 row, got [0, 2]'],
  [{ values: new Float32Array(5), shape: [3, 2] }, 'f: data: values must hold 6 numbers for [3, 2], got 5'],
  [{ values: new Float32Array(1), shape: [] }, 'f: data must be [rows, ...], got []'],
  [{ x: five, y: { values: new Float32Array(4), shape: [4] } }, 'f: data.y must have 5 rows like f: data.x, got 4'],
  [[five, 3], 'f: data[1] must be a tensor or { values, shape }, got 3'],
  [
    { values: new Float32Array(5), shape: [2, 2.5] },
    'f: data: every axis of shape must be an integer of at least 0, got 2.5',
  ],
  [
    { values: new BigInt64Array(2), shape: [2] },
    'f: data: values must be a typed array of numbers such as a Float32Array, got BigInt64Array',
  ],
  [{ values: new DataView(new ArrayBuffer(2)), shape: [2] }, 'such as a Float32Array, got DataView'],
  [{ values: [1, 2], shape: [2] }, 'such as a Float32Array, got Array'],
  [new Set([1]), 'or a stream of batches, got an iterable: pass a function that returns it'],
  [Promise.resolve(five), 'or a stream of batches, got a promise: await it'],
  [{ x: [1, 2] }, 'f: data.x must be a tensor or { values, shape }, got 1,2'],
  [{}, 'f: data must have at least one member, got none'],
  [null, 'f: data must be a tensor, { values, shape }, a tuple or record of those, or a stream of batches, got null'],
  ['data.csv', 'or a stream of batches, got data.csv'],
])('bad data gives a clear error (%#)', async (bad, message) => {
  await expect(toSource('f', 'data', bad as Data, 2)).rejects.toThrow(message);
});

test.each([0, 1.5])('a batch size of %d is refused', async (batchSize) => {
  await expect(toSource('f', 'data', five, batchSize)).rejects.toThrow(
    `f: batchSize must be an integer of at least 1, got ${batchSize}`,
  );
});

test('the type of a batch follows from the type of the data', () => {
  expectTypeOf<Batch<Tensor>>().toEqualTypeOf<Tensor>();
  expectTypeOf<Batch<typeof five>>().toEqualTypeOf<Tensor>();
  expectTypeOf<Batch<{ x: typeof five; y: Tensor }>>().toEqualTypeOf<{ x: Tensor; y: Tensor }>();
  expectTypeOf<Batch<readonly [Tensor, typeof five]>>().toEqualTypeOf<[Tensor, Tensor]>();
  expectTypeOf<Batch<() => Generator<{ x: Tensor }>>>().toEqualTypeOf<{ x: Tensor }>();
  expectTypeOf<Batch<(epoch: { key: Key }) => AsyncGenerator<Tensor>>>().toEqualTypeOf<Tensor>();
  expectTypeOf<Batch<data.Dataset<Tensor>>>().toEqualTypeOf<Tensor>();
  expectTypeOf<Batch<data.Dataset<TensorContainer>>>().toBeAny();
  expectTypeOf<Batch<AsyncIterable<[Tensor, Tensor]>>>().toEqualTypeOf<[Tensor, Tensor]>();
});
