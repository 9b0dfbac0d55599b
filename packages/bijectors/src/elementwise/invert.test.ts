import { describe, expect, test } from 'vitest';
import { checkElementwiseTransform } from '../testing/index.js';
import { AffineTransform } from './affine/affine.js';
import { InvertTransform } from './invert.js';
import { SigmoidalTransform } from './sigmoidal.js';

describe('InvertTransform', () => {
  test('obeys the laws', async () => {
    await checkElementwiseTransform(() => new InvertTransform(new AffineTransform()));
  });

  test('names what is inside in its configuration', () => {
    expect(new InvertTransform(new SigmoidalTransform({ units: 3 })).config()).toMatchObject({
      transform: { type: 'SigmoidalTransform', units: 3 },
    });
  });
});
