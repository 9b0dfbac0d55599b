import { foldIn, type Key, key, type Seed, split } from '@pushforward/tensor';

/** What a run draws by keys of their own: the order of its rows, the first weights, its batches, its samples, and the noise of columns on a grid. */
export interface RunKeys {
  rows: Key;
  weights: Key;
  training: Key;
  samples: Key;
  noise: Key;
}

/** The keys of a run; whoever has its seed shares out its rows as it did. */
export function runKeys(seed: Seed): RunKeys {
  const runKey = key(seed);
  const [rows, weights, training, samples] = split(runKey, 4);
  return { rows, weights, training, samples, noise: foldIn(runKey, 4) };
}
