import type { Distribution } from '@pushforward/distributions';
import type { Tensor } from '@tensorflow/tfjs-core';

export const defects: readonly {
  name: string;
  model: () => Promise<Distribution>;
  draw: (count: number, seed: number) => Tensor;
}[];
