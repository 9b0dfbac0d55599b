import { adamKernel } from './kernel-adam.js';
import { addNKernel } from './kernel-add-n.js';
import { allKernel, anyKernel } from './kernel-any.js';
import { argMaxKernel } from './kernel-arg-max.js';
import { arithmeticKernels } from './kernel-arithmetic.js';
import { attentionGradientKernel, attentionKernel } from './kernel-attention.js';
import { concatKernel, packKernel } from './kernel-concat.js';
import { denseGradientKernel, denseKernel } from './kernel-dense.js';
import { cumprodKernel, cumsumKernel } from './kernel-cumulative.js';
import { clipKernel, elementwiseKernels, leakyReluKernel } from './kernel-elementwise.js';
import { maxKernel, minKernel } from './kernel-extreme.js';
import { fusedMatMulKernel } from './kernel-fused-mat-mul.js';
import { castKernel, identityKernel } from './kernel-identity.js';
import { logDensityKernel } from './kernel-log-density.js';
import { logProbGradientKernel, logProbKernel } from './kernel-log-prob.js';
import { lstmGradientKernel, lstmKernel } from './kernel-lstm.js';
import { maskedNetworkGradientKernel, maskedNetworkKernel } from './kernel-masked-network.js';
import { matMulKernel } from './kernel-mat-mul.js';
import { prodKernel } from './kernel-prod.js';
import { normalKernel, uniformKernel } from './kernel-random.js';
import { searchSortedKernel } from './kernel-search-sorted.js';
import { emptySegmentSumKernel, segmentSumKernel } from './kernel-segment-sum.js';
import { sliceKernel, splitKernel, unpackKernel } from './kernel-slice.js';
import { softmaxKernel } from './kernel-softmax.js';
import { splineGradientKernel, splineKernel } from './kernel-spline.js';
import { meanKernel, sumKernel } from './kernel-sum.js';
import type { Kernel, NewKernel } from './kernel.js';

/** Every kernel that `useBackend` registers. */
export const kernels: readonly Kernel[] = [
  matMulKernel,
  fusedMatMulKernel,
  identityKernel,
  castKernel,
  sliceKernel,
  splitKernel,
  unpackKernel,
  concatKernel,
  packKernel,
  sumKernel,
  meanKernel,
  addNKernel,
  ...arithmeticKernels,
  softmaxKernel,
  ...elementwiseKernels,
  clipKernel,
  argMaxKernel,
  anyKernel,
  allKernel,
  cumsumKernel,
  cumprodKernel,
  maxKernel,
  minKernel,
  prodKernel,
  emptySegmentSumKernel,
  leakyReluKernel,
];

/** Operations of our own, and what some backend lacks. */
export const newKernels: readonly NewKernel[] = [
  maskedNetworkKernel,
  maskedNetworkGradientKernel,
  denseKernel,
  denseGradientKernel,
  splineKernel,
  splineGradientKernel,
  attentionKernel,
  attentionGradientKernel,
  lstmKernel,
  lstmGradientKernel,
  adamKernel,
  logProbKernel,
  logProbGradientKernel,
  logDensityKernel,
  normalKernel,
  uniformKernel,
  searchSortedKernel,
  segmentSumKernel,
];
