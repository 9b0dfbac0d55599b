import { tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { maf } from '../factories/maf-iaf.js';
import { Chain } from './chain.js';
import { affine, Elementwise } from './elementwise.js';
import { Invert } from './invert.js';
import { Permute } from './permute.js';
import { Exp } from '../elementary/exp.js';
import { Reshape } from './reshape.js';
import { checkBijector } from '../testing/index.js';
import { AffineTransform } from '../elementwise/affine/affine.js';

const vector = () => affine({ loc: [1, 2, 3], scale: [1, 10, 0.1], trainable: true });
const number = () => new Elementwise({ transform: new AffineTransform(), parameters: [0, Math.log(2)] });
const contextual = () =>
  new Chain([vector(), maf({ dim: 3, contextDim: 2, transforms: 1, hidden: [6], seed: 0 }), new Permute({ dim: 3 })]);

describe('Chain', () => {
  test('of event ranks 0 and 1 obeys the laws', async () => {
    await checkBijector(() => new Chain([number(), vector(), new Permute({ dim: 3 }), number()]), {
      eventShape: [3],
      steps: 4,
    });
  });

  test('of numbers obeys the laws', async () => {
    await checkBijector(() => new Chain([number(), number()]), { steps: 4 });
  });

  test('hands its context to the parts that take one', async () => {
    await checkBijector(contextual, { eventShape: [3], steps: 4 });
    await checkBijector(() => new Invert(contextual()), { eventShape: [3], steps: 4 });
    expect(() => contextual().forward(zeros([2, 3]))).toThrow('maf: context must be [..., 2], got none');
  });

  test('refuses parts whose contexts differ in width', () => {
    const parts = [1, 2].map((context) => maf({ dim: 3, contextDim: context, transforms: 1, hidden: [4], seed: 0 }));
    expect(() => new Chain(parts)).toThrow('Chain: parts must take contexts of one width, got 1 and 2');
  });

  test('forward applies the first part first', async () => {
    const chain = new Chain([affine({ loc: [1, 1], scale: [1, 1] }), affine({ loc: [0, 0], scale: [10, 100] })]);
    await expect(chain.forward(tensor1d([1, 1]))).toBeAllClose([20, 200]);
    await expect(chain.inverse(tensor1d([20, 200]))).toBeAllClose([1, 1]);
  });

  test('log-determinants of a lower rank are summed over the event', async () => {
    const logScale = 5 * Math.tanh(Math.log(2) / 5);
    const { logDet } = new Chain([number(), new Permute({ dim: 3 })]).forwardAndLogDet(zeros([2, 3]));
    await expect(logDet).toBeAllClose(tensor1d([3 * logScale, 3 * logScale]));
  });

  test('numbers the variables of its parts', () => {
    expect([...new Chain([vector(), number()]).variables().keys()]).toEqual([
      'parts.0.parameters',
      'parts.1.parameters',
    ]);
  });

  test('refuses to be empty, and refuses under the name of the part that cannot go on', () => {
    expect(() => new Chain([])).toThrow('Chain: parts must hold at least one bijector, got none');
    expect(() => new Chain([number(), new Permute({ dim: 3 })]).forward(zeros([2]))).toThrow(
      'Permute: x must be [..., 3], got [2]',
    );
    expect(() => new Chain([new Permute({ dim: 2 })]).forward(zeros([2]), zeros([1]))).toThrow(
      'Permute takes no context, got one of shape [1]',
    );
  });
});

describe('Invert', () => {
  test('obeys the laws', async () => {
    await checkBijector(() => new Invert(new Chain([vector(), new Permute({ dim: 3, permutation: [1, 2, 0] })])), {
      eventShape: [3],
      steps: 4,
    });
    await checkBijector(() => new Invert(number()), { steps: 4 });
  });

  test('swaps the directions', async () => {
    const inverted = new Invert(affine({ loc: [1], scale: [4] }));
    const { value, logDet } = inverted.forwardAndLogDet(tensor2d([[9]]));
    await expect(value).toBeAllClose(tensor2d([[2]]));
    await expect(logDet).toBeAllClose(tensor1d([-Math.log(4)]));
    await expect(inverted.inverse(tensor2d([[2]]))).toBeAllClose(tensor2d([[9]]));
  });

  test('of parts that do not fit is refused when it is made', () => {
    expect(() => new Chain([vector(), number(), new Permute({ dim: 2 })])).toThrow(
      'Chain: parts[2] must take events of [3], got [2]',
    );
    expect(() => new Chain([new Reshape({ from: [4], to: [2, 2] }), new Permute({ dim: 3 })])).toThrow(
      'Chain: parts[1] must take events of [2, 2], got [3]',
    );
    expect(new Chain([number(), vector()]).eventShape).toEqual([3]);
    expect(new Chain([new Reshape({ from: [4], to: [2, 2] }), new Permute({ dim: 2 })]).eventShape).toEqual([4]);
    expect(new Invert(new Reshape({ from: [4], to: [2, 2] })).eventShape).toEqual([2, 2]);
    expect(new Chain([number()]).eventShape).toEqual([]);
    expect(new Chain([new Exp()]).eventShape).toBeUndefined();
  });
});
