import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import { assertClose, otherTypes, wholeNumbers } from '@pushforward/tensor/testing';
import type { Distribution } from '../../contract/distribution.js';
import { read } from './read.js';

interface Subject {
  readonly distribution: Distribution;
  readonly context?: Tensor;
}

const COUNT = 20;

/** Integers and truth values give the same numbers as float32: as events, near those that it draws, and as a context. */
export async function checkTypes({ distribution, context }: Subject): Promise<void> {
  const draws = distribution.sample(COUNT, { seed: 0, context });
  const values = await draws.data();
  const contexts = await context?.data();
  for (const dtype of otherTypes) {
    const agree = async (what: string, run: (dtype: 'float32' | 'int32' | 'bool') => Tensor) => {
      const [found, expected] = [await read(() => run(dtype)), await read(() => run('float32'))];
      assertClose(distribution, 'the same numbers for every type', `${what} of ${dtype}`, found, expected, 1e-5);
    };
    const events = wholeNumbers(values, dtype);
    await agree('logProb with events', (type) => distribution.logProb(tensor(events, draws.shape, type), context));
    if (!context || !contexts) continue;
    const given = wholeNumbers(contexts, dtype);
    const contextOf = (type: 'float32' | 'int32' | 'bool') => tensor(given, context.shape, type);
    await agree('logProb with a context', (type) => distribution.logProb(draws, contextOf(type)));
    await agree('sample with a context', (type) => distribution.sample(COUNT, { seed: 0, context: contextOf(type) }));
  }
  draws.dispose();
}
