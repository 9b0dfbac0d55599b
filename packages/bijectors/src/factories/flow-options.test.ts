import { abs, max, memory, mul, profile, sub, sum, type Tensor, tidy, variableGrads } from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { representatives } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';
import { attentionIaf, attentionMaf } from './attention.js';
import { iaf, maf } from './maf-iaf.js';
import type { Bijector } from '../contract/bijector.js';
import { Chain } from '../combinators/chain.js';
import { glow, nice, realNvp } from './coupling.js';
import type { FlowOptions } from './layers/flow-layers.js';
import { lstmIaf, lstmMaf } from './lstm.js';
import { flowPlusPlus } from './flow-plus-plus.js';
import { mafMog } from './mog.js';
import { naf } from './naf.js';
import { nsf } from './nsf.js';
import { checkBijector } from '../testing/index.js';
import { AffineTransform } from '../elementwise/affine/affine.js';

const mlp = { hidden: [10] };
const attention = { width: 8, heads: 2, blocks: 1, mlp: 8 };
// Not the gate, which does not start at the identity.
const transform = new AffineTransform();
const factories: [string, (options: FlowOptions) => Chain][] = [
  ['iaf', (options) => iaf({ ...options, ...mlp, transform })],
  ['maf', (options) => maf({ ...options, ...mlp })],
  ['maf of residual blocks', (options) => maf({ ...options, hidden: [10, 8, 8], residual: true })],
  ['lstmIaf', (options) => lstmIaf({ ...options, ...mlp, transform })],
  ['lstmMaf', (options) => lstmMaf({ ...options, ...mlp })],
  ['attentionIaf', (options) => attentionIaf({ ...options, ...attention, transform })],
  ['attentionMaf', (options) => attentionMaf({ ...options, ...attention })],
  ['nsf', (options) => nsf({ ...options, ...mlp, bins: 4 })],
  ['nsf of coupling layers', (options) => nsf({ ...options, ...mlp, bins: 4, layers: 'coupling' })],
  ['naf', (options) => naf({ ...options, ...mlp, units: 3 })],
  ['mafMog', (options) => mafMog({ ...options, ...mlp, components: 3 })],
  ['flowPlusPlus', (options) => flowPlusPlus({ ...options, ...mlp, components: 3 })],
  ['realNvp', (options) => realNvp({ ...options, ...mlp })],
  ['nice', (options) => nice({ ...options, ...mlp })],
  ['glow', (options) => glow({ ...options, ...mlp })],
];

const shared = { dim: 4, transforms: 3, contextDim: 2, seed: 3 };
const y = () => normal(key(1), [6, 4]);
const context = () => normal(key(2), [6, 2]);

/** How far the inverse is from doing nothing, at most. */
const shift = async (flow: Bijector) => (await tidy(() => max(abs(sub(flow.inverse(y(), context()), y())))).data())[0];

/** The value and all gradients of a loss. */
function gradients(flow: Bijector, of: 'forward' | 'inverse'): Record<string, Tensor> {
  const { value, grads } = variableGrads(() => {
    const { value, logDet } =
      of === 'forward' ? flow.forwardAndLogDet(y(), context()) : flow.inverseAndLogDet(y(), context());
    return sub(sum(mul(value, value)), sum(logDet)).asScalar();
  });
  return { loss: value, ...Object.fromEntries([...flow.variables()].map(([path, { name }]) => [path, grads[name]])) };
}

describe.each(representatives(factories))('%s', (_, make) => {
  test("mixing 'lu' mixes the dimensions between layers, and starts at the identity", async () => {
    using flow = make({ ...shared, mixing: 'lu' });
    const mixing = flow.parts.filter((part) => JSON.stringify(part.config()).includes('"type":"LuLinear"'));
    expect(mixing.length).toBeGreaterThanOrEqual(shared.transforms - 1);
    expect(await shift(flow)).toBeLessThan(2e-4);
  });

  test("init 'orthogonal' starts near the identity, from the seed, with a gradient for every weight", async () => {
    using flow = make({ ...shared, init: 'orthogonal' });
    using same = make({ ...shared, init: 'orthogonal' });
    expect(await shift(flow)).toBeGreaterThan(1e-3);
    expect(await shift(flow)).toBeLessThan(1.5);
    for (const [path, variable] of flow.variables())
      await expect(variable).toBeAllClose(same.variables().get(path)!, { atol: 0, rtol: 0 });
    for (const [path, gradient] of Object.entries(gradients(flow, 'inverse'))) {
      expect((await max(abs(gradient)).data())[0], path).toBeGreaterThan(0);
    }
  });

  test.each(['forward', 'inverse'] as const)('checkpointed, %s gives the same value and gradients', async (of) => {
    using plain = make({ ...shared, init: 'orthogonal' });
    using checkpointed = make({ ...shared, init: 'orthogonal', checkpoint: true });
    const expected = gradients(plain, of);
    const actual = gradients(checkpointed, of);
    expect(Object.keys(actual)).toEqual(Object.keys(expected));
    for (const [path, gradient] of Object.entries(expected))
      expect(await actual[path].data(), path).toEqual(await gradient.data());
  });
});

test('a checkpointed flow with both options passes the laws', async () => {
  await checkBijector(() => maf({ ...shared, ...mlp, mixing: 'lu', init: 'orthogonal', checkpoint: true }), {
    eventShape: [4],
  });
  await checkBijector(() => realNvp({ ...shared, ...mlp, mixing: 'lu', init: 'orthogonal', checkpoint: true }), {
    eventShape: [4],
  });
});

test('wrong options are named', () => {
  expect(() => maf({ ...shared, mixing: 'shuffled' as never })).toThrow(
    "maf: mixing must be 'alternate', 'random' or 'lu', got 'shuffled'",
  );
  expect(() => realNvp({ ...shared, init: 'zero' as never })).toThrow(
    "realNvp: init must be 'identity' or 'orthogonal', got 'zero'",
  );
});

/** The most bytes of tensors at a time, less those that were there before. */
async function peak(flow: Bijector, of: 'forward' | 'inverse'): Promise<number> {
  const x = normal(key(1), [256, 8]);
  const before = memory().numBytes;
  const { kernels } = await profile(() => {
    tidy(() => {
      variableGrads(() => {
        const { value, logDet } = of === 'forward' ? flow.forwardAndLogDet(x) : flow.inverseAndLogDet(x);
        return sub(sum(mul(value, value)), sum(logDet)).asScalar();
      });
    });
    return x;
  });
  return Math.max(...kernels.map(({ totalBytesSnapshot }) => totalBytesSnapshot)) - before;
}

describe('the memory of a training step of 16 layers', () => {
  test.each(['forward', 'inverse'] as const)('is a third at most with checkpoint, %s', async (of) => {
    const options = { dim: 8, transforms: 16, hidden: [32, 32], seed: 0 };
    using plain = maf(options);
    using checkpointed = maf({ ...options, checkpoint: true });
    const [kept, recomputed] = [await peak(plain, of), await peak(checkpointed, of)];
    expect(kept).toBeGreaterThan(0);
    expect(recomputed / kept).toBeLessThanOrEqual(1 / 3);
  });
});
