import { memory, square, sub, sum, tidy, variableGrads } from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { type Conditioner, Made } from '@pushforward/made';
import { expect, test } from 'vitest';
import { Autoregressive } from './autoregressive.js';
import { AttentionConditioner } from './attention/attention-conditioner.js';
import { LstmConditioner } from './lstm/lstm-conditioner.js';
import { AffineTransform } from '../elementwise/affine/affine.js';
import { SoftplusAffineTransform } from '../elementwise/affine/softplus-affine.js';

const BATCH = 32;

/** What the sequential direction keeps for its gradient, in bytes. */
function kept(conditioner: Conditioner, transform: AffineTransform | SoftplusAffineTransform): number {
  using layer = new Autoregressive(conditioner, transform, 'forward');
  const y = normal(key(0), [BATCH, conditioner.dim]);
  let bytes = 0;
  tidy(() => {
    const before = memory().numBytes;
    variableGrads(() => {
      const loss = tidy(() => {
        const { value, logDet } = layer.inverseAndLogDet(y);
        return sub(sum(square(value)), sum(logDet)).asScalar();
      });
      bytes = memory().numBytes - before;
      return loss;
    });
  });
  return bytes;
}

test.each<[string, (dim: number) => Conditioner]>([
  ['MADE', (dim) => new Made({ dim, parameterCount: 2, hidden: [16], seed: 0 })],
  ['LSTM', (dim) => new LstmConditioner({ dim, parameterCount: 2, hidden: [8], seed: 0 })],
  [
    'attention',
    (dim) => new AttentionConditioner({ dim, parameterCount: 2, width: 8, heads: 2, blocks: 1, mlp: 8, seed: 0 }),
  ],
])(
  'what the sequential direction of %s keeps for its gradient grows no faster than the number of dimensions',
  (_, make) => {
    // One step that a kernel knows and one that none does.
    for (const transform of [new AffineTransform(), new SoftplusAffineTransform()]) {
      const [few, many] = [8, 32].map((dim) => kept(make(dim), transform));
      expect(many / few).toBeLessThan(4.4);
    }
  },
);
