import { conv2d, conv2dTranspose, type Tensor4D } from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';
import { checkOperation } from '../testing/operations/check-operation.js';
import { build, spread } from '../testing/operations/float64.js';
import {
  convolutionCases,
  convolutionName,
  convolutionProducts,
  convolutionShapes,
} from '../testing/operations/float64-convolution.js';

// Sums of up to forty terms of size 1.
const tolerance = { rtol: 1e-5, atol: 1e-5 };

const nothing = (shape: readonly number[]) => build(shape, () => 0);

describe.each(convolutionCases.map((one) => [convolutionName(one), one] as const))('%s', (_, one) => {
  const { large, filters, small } = convolutionShapes(one);
  const { stride, padding } = one;

  test('conv2d: values and gradients', () =>
    checkOperation({
      operation: (x, w) => conv2d(x as Tensor4D, w as Tensor4D, stride, padding),
      reference: (x, w) => convolutionProducts(one, x, w, nothing(small))[2],
      inputs: [spread(large, -1, 1), spread(filters, -0.5, 0.5, 7)],
      tolerance,
    }));

  test('conv2dTranspose: values and gradients', () =>
    checkOperation({
      operation: (x, w) => conv2dTranspose(x as Tensor4D, w as Tensor4D, [...one.x], stride, padding),
      reference: (x, w) => convolutionProducts(one, nothing(large), w, x)[0],
      inputs: [spread(small, -1, 1), spread(filters, -0.5, 0.5, 7)],
      tolerance,
    }));
});
