import type { Source } from './source.js';
import { dispose, tensor_util, type TensorContainer } from '@tensorflow/tfjs-core';
import { foldIn, formatShape, formatValue, type Key } from '@pushforward/tensor';

/** A `tf.data.Dataset` of batches, as `dataset.batch(64)` makes one: anything with its `iterator()`. */
export interface BatchDataset<B> {
  iterator(): Promise<{ next(): Promise<IteratorResult<B>> }>;
}

/**
 * Batches from elsewhere: a `tf.data.Dataset` or an async iterable, both iterated anew in every epoch, or a function, such as a generator
 * function, that makes the iterable of an epoch. The function gets the epoch's number, from 1, and a seed of the epoch's own to shuffle
 * with. The tensors of a batch are freed after their step, or with `readEvery`
 * when the step's loss has been read.
 */
export type BatchStream<B> =
  | BatchDataset<B>
  | AsyncIterable<B>
  | ((epoch: { epoch: number; seed: Key }) => Iterable<B> | AsyncIterable<B>);

/** The batches of an epoch, and a hint if there are none. */
export interface Stream {
  open: (epoch: { epoch: number; seed: Key }) => Iterable<TensorContainer> | AsyncIterable<TensorContainer>;
  hint?: string;
}

/**
 * Opens the batches of a stream; undefined for what is no stream.
 *
 * @throws Error for an object that can be iterated once only
 */
export function toStream(name: string, data: object): Stream | undefined {
  if (typeof data === 'function') return { open: data as Stream['open'] };
  const isAsync = Symbol.asyncIterator in data;
  if (isAsync || Symbol.iterator in data) {
    if ('next' in data && typeof data.next === 'function') {
      throw new Error(
        `${name} must be iterable anew in every epoch, got a generator object, which runs once: pass the function that makes it`,
      );
    }
    if (isAsync) return { open: () => data as AsyncIterable<TensorContainer> };
  }
  if ('iterator' in data && typeof data.iterator === 'function') {
    return { open: () => batchesOf(data as BatchDataset<TensorContainer>), hint: ': dataset.batch(n) makes batches' };
  }
  return undefined;
}

async function* batchesOf(dataset: BatchDataset<TensorContainer>): AsyncIterable<TensorContainer> {
  const iterator = await dataset.iterator();
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
}

function isIterable(value: unknown): value is Iterable<TensorContainer> | AsyncIterable<TensorContainer> {
  return typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

/** A stream's batches, counted and checked. */
export function streamSource(caller: string, name: string, { open, hint = '' }: Stream): Source {
  return {
    name,
    rowCount: null,
    async *batches({ epoch, key, skip }) {
      let index = 0;
      const batches: unknown = open({ epoch, seed: foldIn(key, epoch) });
      if (!isIterable(batches))
        throw new Error(`${caller}: ${name} must return an iterable of batches, got ${formatValue(batches)}`);
      for await (const batch of batches) {
        const [first] = tensor_util.getTensorsInContainer(batch);
        if (!first)
          throw new Error(`${caller}: ${name} must yield batches of tensors, got ${formatValue(batch)}${hint}`);
        const size = first.shape.length === 0 ? 1 : first.shape[0];
        if (size === 0)
          throw new Error(`${caller}: ${name} must yield batches of at least 1 row, got ${formatShape(first.shape)}`);
        index++;
        if (index <= skip) dispose(batch);
        else yield { batch, size, place: (row) => `row ${row} (from 0) of batch ${index} of ${name}` };
      }
    },
  };
}
