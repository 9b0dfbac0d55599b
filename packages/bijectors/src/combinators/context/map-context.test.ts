import { tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { Exp } from '../../elementary/exp.js';
import { maf } from '../../factories/maf-iaf.js';
import { checkBijector } from '../../testing/index.js';
import { affine } from '../elementwise.js';
import { MapContext } from './map-context.js';
import { Reshape } from '../reshape.js';

const flow = () => maf({ dim: 3, contextDim: 2, hidden: [8], transforms: 1, init: 'orthogonal', seed: 0 });
const units = () => affine({ loc: [100, -3], scale: [15, 0.5] });

describe('MapContext', () => {
  test('obeys the laws', async () => {
    await checkBijector(() => new MapContext(flow(), units()), { eventShape: [3], steps: 2 });
    await checkBijector(() => new MapContext(flow(), affine({ loc: [1, 2], scale: [3, 4], trainable: true })), {
      eventShape: [3],
      steps: 2,
    });
  });

  test('is the bijector under the context in the map’s units', async () => {
    const x = tensor2d([0.1, 0.2, 0.3, -1, 0, 1], [2, 3]);
    const standard = tensor2d([1, -2, 0, 4], [2, 2]);
    const own = units().forward(standard);
    const [plain, mapped] = [flow(), new MapContext(flow(), units())];
    for (const direction of ['forwardAndLogDet', 'inverseAndLogDet'] as const) {
      const [expected, got] = [plain[direction](x, standard), mapped[direction](x, own)];
      await expect(got.value).toBeAllClose(expected.value, { atol: 1e-5 });
      await expect(got.logDet).toBeAllClose(expected.logDet, { atol: 1e-5 });
    }
  });

  test('refuses what does not fit', () => {
    expect(() => new MapContext(new Exp(), units())).toThrow(
      'MapContext: bijector must take a context, got one of contextDim 0',
    );
    expect(() => new MapContext(flow(), flow())).toThrow(
      'MapContext: map must take no context, got one of contextDim 2',
    );
    expect(() => new MapContext(flow(), affine({ loc: [1], scale: [1] }))).toThrow(
      'MapContext: map must take events of [2], got [1] with eventRank 1',
    );
    expect(() => new MapContext(flow(), new Reshape({ from: [2], to: [2, 1] }))).toThrow(
      'MapContext: map must give vectors, got [2, 1]',
    );
    const mapped = new MapContext(flow(), units());
    expect(() => mapped.forward(zeros([5, 3]))).toThrow('MapContext: context must be [..., 2], got none');
    expect(() => mapped.forward(zeros([5, 3]), zeros([4, 2]))).toThrow(
      'MapContext: context batch must broadcast to [5], got [4]',
    );
    expect(() => mapped.forward(zeros([5, 4]), zeros([5, 2]))).toThrow('x must be [..., 3], got [5, 4]');
  });
});
