import {
  add,
  grad,
  mean,
  mul,
  slice,
  split,
  square,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  zeros,
} from '@tensorflow/tfjs-core';
import { buildModule, key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { Chain } from '../combinators/chain.js';
import { Invert } from '../combinators/invert.js';
import { maf } from '../factories/maf-iaf.js';
import { realNvp } from '../factories/coupling.js';
import { bijectorModules } from '../modules.js';
import { checkBijector } from '../testing/index.js';
import { BatchNorm, withBatchStatistics } from './batch-norm.js';
import { fitBatchNorm } from './fit-batch-norm.js';

const data = add(mul(normal(key(0), [200, 3]), tensor1d([0.1, 1, 30])), tensor1d([5, -2, 100]));
const meanOf = (x: Tensor) => mean(x, 0);
const varianceOf = (x: Tensor) => mean(square(sub(x, meanOf(x))), 0);

function known(dim: number): BatchNorm {
  const norm = new BatchNorm({ dim });
  const indices = Array.from({ length: dim }, (_, i) => i);
  norm.assignStatistics(
    indices.map((i) => i - 0.5),
    indices.map((i) => 0.3 + i),
  );
  return norm;
}

describe('BatchNorm', () => {
  test.each([1, 4])('of %d dimensions: the laws', async (dim) => {
    await checkBijector(() => known(dim), {
      eventShape: [dim],
      connectivity: (output, input) => output === input,
      steps: 4,
    });
  });

  test('is the formula, in float64', async () => {
    const norm = known(2);
    norm.logScale.assign(tensor1d([0.2, -0.4]));
    norm.loc.assign(tensor1d([1, -3]));
    const y = [2, -1.5];
    const { value, logDet } = norm.inverseAndLogDet(tensor1d(y));
    const logScales = [0.2 - 0.5 * Math.log(0.3 + 1e-5), -0.4 - 0.5 * Math.log(1.3 + 1e-5)];
    await expect(value).toBeAllClose(logScales.map((s, i) => (y[i] - (i - 0.5)) * Math.exp(s) + [1, -3][i]));
    await expect(logDet).toBeAllClose(logScales[0] + logScales[1]);
  });

  test('in training it normalises by the batch, and its gradient knows', async () => {
    const norm = new BatchNorm({ dim: 3 });
    const { value, logDet } = withBatchStatistics(norm, () => norm.inverseAndLogDet(data));
    await expect(meanOf(value)).toBeAllClose([0, 0, 0], { atol: 1e-4 });
    await expect(varianceOf(value)).toBeAllClose([1, 1, 1], { rtol: 2e-3 });
    const variances = Array.from(await varianceOf(data).data());
    const expected = -0.5 * variances.reduce((total, variance) => total + Math.log(variance + 1e-5), 0);
    await expect(logDet).toBeAllClose(Array.from({ length: 200 }, () => expected));
    // What is normalised by itself does not change where the whole batch is moved.
    const weights = normal(key(1), [200, 3]);
    const gradient = withBatchStatistics(norm, () => grad((y) => sum(mul(norm.inverse(y), weights)))(data));
    await expect(sum(gradient, 0)).toBeAllClose([0, 0, 0], { atol: 1e-3 });
    expect(() => norm.inverse(data)).toThrow('BatchNorm: mean and variance must be those of the training data');
  });

  test('a checkpointed chain is trained as another is', async () => {
    const gradients = ['plain', 'checkpointed'].map((name) => {
      const flow = maf({ dim: 3, transforms: 2, hidden: [8], batchNorm: true, checkpoint: name !== 'plain', seed: 0 });
      return withBatchStatistics(flow, () => grad((y) => sum(square(flow.inverse(y))))(data));
    });
    await expect(gradients[1]).toBeAllClose(gradients[0]);
  });

  test('afterwards it normalises by all of the data, however it was cut', async () => {
    for (const batches of [[data], split(data, 4), split(data, [1, 150, 49])]) {
      const norm = new BatchNorm({ dim: 3 });
      await fitBatchNorm(
        norm,
        (batch: Tensor) => norm.inverse(batch),
        () => batches,
      );
      await expect(norm.mean).toBeAllClose(meanOf(data), { rtol: 1e-5 });
      await expect(norm.variance).toBeAllClose(varianceOf(data), { rtol: 1e-4 });
    }
  });

  test('layer after layer, each of what the ones before it make of the data', async () => {
    const flow = new Chain([
      realNvp({ dim: 3, transforms: 3, hidden: [8], batchNorm: true, init: 'orthogonal', seed: 0 }),
      new BatchNorm({ dim: 3 }),
    ]);
    await fitBatchNorm(
      flow,
      (batch: Tensor) => flow.inverse(batch),
      () => split(data, 2),
    );
    // The last layer from data to base is a BatchNorm.
    const value = flow.inverse(data);
    await expect(meanOf(value)).toBeAllClose([0, 0, 0], { atol: 1e-4 });
    await expect(varianceOf(value)).toBeAllClose([1, 1, 1], { rtol: 1e-3 });
    await expect(flow.forward(value)).toBeAllClose(data, { rtol: 1e-3, atol: 1e-3 });
  });

  test('the statistics are part of the saved model', async () => {
    const norm = known(2);
    const copy = norm.clone();
    await expect(copy.inverse(tensor1d([1, 2]))).toBeAllClose(norm.inverse(tensor1d([1, 2])), { rtol: 0, atol: 0 });
    const fresh = buildModule<BatchNorm>(new BatchNorm({ dim: 2 }).config(), bijectorModules);
    expect(fresh.hasStatistics).toBe(false);
  });

  test('refuses what does not fit, and leaves nothing behind', async () => {
    expect(() => new BatchNorm({ dim: 0 })).toThrow('BatchNorm: dim must be an integer of at least 1, got 0');
    expect(() => new BatchNorm({ dim: 1, epsilon: 0 })).toThrow(
      'BatchNorm: epsilon must be positive and finite, got 0',
    );
    const norm = new BatchNorm({ dim: 3 });
    expect(() => norm.forward(zeros([3]))).toThrow(
      'BatchNorm: mean and variance must be those of the training data, got none yet: call fitBatchNorm',
    );
    expect(() => withBatchStatistics(norm, () => norm.inverse(zeros([1, 3])))).toThrow(
      'BatchNorm: y must hold at least 2 events in training, got 1',
    );
    expect(() => norm.assignStatistics([1], [1, 2, 3])).toThrow('BatchNorm: mean must be 3 numbers, got 1');
    const inverse = (batch: Tensor) => norm.inverse(batch);
    await expect(fitBatchNorm(norm, inverse, () => [slice(data, 0, 1)])).rejects.toThrow(
      'fitBatchNorm: batches must hold at least 2 events together, got 1',
    );
    const inverted = new Invert(norm);
    await expect(
      fitBatchNorm(
        inverted,
        (batch: Tensor) => inverted.inverse(batch),
        () => [data],
      ),
    ).rejects.toThrow('BatchNorm: mean and variance must be those of the training data');
    await expect(
      fitBatchNorm(
        norm,
        () => zeros([1]),
        () => [data],
      ),
    ).rejects.toThrow('fitBatchNorm: evaluate must reach every BatchNorm on its way from data to base, got 1 left');
    await expect(fitBatchNorm(norm, inverse, () => [tensor2d([[1, 2]])])).rejects.toThrow(
      'BatchNorm: y must be [..., 3], got [1, 2]',
    );
    await expect(() => fitBatchNorm(norm, inverse, () => [data])).toLeakNoTensor();
    await expect(() => withBatchStatistics(norm, () => norm.inverse(data))).toLeakNoTensor();
  });
});
