import { add, memory, mul, Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { affine, maf } from '@pushforward/bijectors';
import { Independent, StandardNormal, Transformed, Uniform } from '@pushforward/distributions';
import { key, normal } from '@pushforward/tensor';
import { afterEach, expect, test, vi } from 'vitest';
import { checkConditional } from './check-conditional.js';
import { checkDensity } from './check-density.js';

afterEach(() => void vi.restoreAllMocks());

const truth = new StandardNormal(2);
const x = truth.sample(100, { seed: 0 });
const options = { seed: 0, draws: 199 };

test('a right model passes, the same each time, and leaves no tensors', async () => {
  const before = memory().numTensors;
  const first = await checkDensity(truth, x, options);
  expect(memory().numTensors).toBe(before);
  expect(first.passes).toBe(true);
  expect(first.verdict).toMatch(/^No fault is visible in 100 rows/);
  expect(first.tests).toHaveLength(8);
  expect(await checkDensity(truth, x, options)).toEqual(first);
});

test('a wrong one does not, and the sentences say why', async () => {
  const model = new Transformed(truth, affine({ loc: [0, 0], scale: [0.5, 1] }));
  const { passes, verdict, tests } = await checkDensity(model, x, options);
  expect(passes).toBe(false);
  expect(verdict).toMatch(/^The model is wrong: \d of 8 tests \(PIT, /);
  expect(tests.find(({ name }) => name === 'PIT')).toMatchObject({ rejects: true, pValue: 0.005 });
  expect(tests.find(({ name }) => name === 'lowest tenth')!.meaning).toMatch(/nats less likely than the model expects/);
});

test('rows that are impossible are found, and the others are tested', async () => {
  const model = new Independent(new Uniform([0, 0], 1), 1);
  const { impossible, tests } = await checkDensity(model, x, options);
  expect(impossible).toBeGreaterThan(50);
  expect(tests[0]).toMatchObject({ name: 'possible rows', adjusted: 0, rejects: true });
  expect((await checkDensity(model, tensor2d(new Float32Array(60).fill(2), [30, 2]), options)).passes).toBe(false);
});

test('of one column there are no correlations, and steps are told', async () => {
  const steps: string[] = [];
  const model = new StandardNormal(1);
  const { tests } = await checkDensity(model, model.sample(50, { seed: 1 }), {
    ...options,
    maxRows: 40,
    onStep: (next) => void steps.push(next),
  });
  expect(tests.map(({ name }) => name)).not.toContain('correlation');
  expect(steps).toEqual(['log-densities', 'samples', 'PIT', 'energy distance', 'classifier', 'coverage', 'baselines']);
});

test('refuses what it cannot check', async () => {
  await expect(checkDensity(truth, zeros([3, 2]))).rejects.toThrow('checkDensity: x must have at least 20 rows, got 3');
  await expect(checkDensity(truth, zeros([30, 3]))).rejects.toThrow(/checkDensity: x must be \[\.\.\., 2\]/);
  await expect(checkConditional(truth, x, zeros([100, 1]))).rejects.toThrow(/model must take a context/);
});

test('a conditional model', async () => {
  const posterior = new Transformed(truth, maf({ dim: 2, contextDim: 1, hidden: [8], seed: 0 }));
  const context = normal(key(1), [100, 1]);
  const own = posterior.sample([], { context, seed: 2 });
  const before = memory().numTensors;
  const right = await checkConditional(posterior, own, context, options);
  expect(memory().numTensors).toBe(before);
  expect(right.passes).toBe(true);
  const narrow = tensor2d(
    (await own.data()).map((value, i) => (i % 2 ? 2 * value : value)),
    [100, 2],
  );
  const wrong = await checkConditional(posterior, narrow, context, options);
  const rejecting = wrong.tests.filter(({ rejects }) => rejects).map(({ name }) => name);
  expect(rejecting).toContain('simulation-based calibration');
  expect(rejecting).toContain('expected coverage');
  await expect(checkConditional(posterior, own, zeros([1, 1]))).rejects.toThrow(
    'checkConditional: context must be [100, 1], got [1, 1]',
  );
});

test('a conditional model that ignores its context is right on average, and found all the same', async () => {
  const context = normal(key(1), [200, 1]);
  const own = add(context, normal(key(2), [200, 2]));
  // An untrained flow is the identity, whatever it is given.
  const ignoring = new Transformed(truth, maf({ dim: 2, contextDim: 1, hidden: [8], seed: 0 }));
  const { tests, impossible } = await checkConditional(ignoring, mul(own, Math.SQRT1_2), context, options);
  expect(impossible).toBe(0);
  const found = tests.filter(({ rejects }) => rejects).map(({ name }) => name);
  expect(found).toContain('dependence on the context');
  expect(found).not.toContain('simulation-based calibration');
  expect(tests.find(({ name }) => name === 'dependence on the context')!.meaning).toMatch(
    /^Residual [12] still moves with given number 1: the model does not use all that it is given\.$/,
  );
});

test.each(['a step', 'reading back', 'the model'])('where %s fails, no tensors are left', async (what) => {
  const posterior = new Transformed(truth, maf({ dim: 2, contextDim: 1, hidden: [8], seed: 0 }));
  const context = normal(key(1), [100, 1]);
  const own = posterior.sample([], { context, seed: 2 });
  const before = memory().numTensors;
  for (const check of [
    (onStep: () => void) => checkDensity(truth, x, { ...options, draws: 1, onStep }),
    (onStep: () => void) => checkConditional(posterior, own, context, { ...options, draws: 1, onStep }),
  ]) {
    // At the first chance, at the second, and so on, until none is left.
    for (let chance = 0, failed = true; failed; chance++) {
      let count = 0;
      const fail = () => {
        if (count++ === chance) throw new Error('stopped');
      };
      if (what === 'reading back') failAt(Tensor.prototype, 'data', fail);
      if (what === 'the model')
        for (const model of [truth, posterior])
          for (const name of ['logProb', 'sample', 'sampleAndLogProb'] as const) failAt(model, name, fail);
      failed = await check(what === 'a step' ? fail : () => {}).then(
        () => false,
        (error: Error) => error.message === 'stopped',
      );
      vi.restoreAllMocks();
      expect(memory().numTensors, `chance ${chance}`).toBe(before);
      if (!failed) expect(chance).toBeGreaterThan(1);
    }
  }
});

/** Lets a method fail whenever `fail` does, after it has been computed: its result is lost. */
function failAt<K extends string>(object: Record<K, (...args: never[]) => unknown>, name: K, fail: () => void): void {
  const method = object[name];
  vi.spyOn(object, name as never).mockImplementation(function (this: unknown, ...args: never[]) {
    const result = method.apply(this, args);
    fail();
    return result;
  } as never);
}
