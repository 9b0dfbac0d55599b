import { adamKernel } from '../kernels/adam/wasm.js';
import { addNKernel } from '../overrides/elementwise/add-n.js';
import { allKernel, anyKernel } from '../overrides/reductions/any.js';
import { argMaxKernel } from '../overrides/reductions/arg-max.js';
import { arithmeticKernels } from '../overrides/elementwise/arithmetic.js';
import { attentionGradientKernel, attentionKernel } from '../kernels/sequence/attention-wasm.js';
import {
  bernoulliEventGradientKernel,
  bernoulliEventKernel,
  bernoulliGradientKernel,
  bernoulliKernel,
} from '../kernels/bernoulli/wasm.js';
import { concatKernel, packKernel } from '../overrides/indexing/concat.js';
import { filterGradientKernel } from '../kernels/convolution/filter-gradient.js';
import { stockConvolutionKernel, stockFilterGradientKernel } from '../kernels/convolution/stock.js';
import { convolutionKernel, transposedConvolutionKernel } from '../kernels/convolution/wasm.js';
import {
  biasGradientKernel,
  denseGradientKernel,
  denseInputGradientKernel,
  denseKernel,
  denseWeightsGradientKernel,
} from '../kernels/product/linear-wasm.js';
import { cumprodKernel, cumsumKernel } from '../overrides/reductions/cumulative.js';
import { eluGradKernel } from '../kernels/product/elu-grad.js';
import { clipKernel, elementwiseKernels, leakyReluKernel } from '../overrides/elementwise/elementwise.js';
import { maxKernel, minKernel } from '../overrides/reductions/max-min.js';
import { fusedMatMulKernel } from '../kernels/product/fused-mat-mul.js';
import { castKernel, identityKernel } from '../overrides/elementwise/identity.js';
import { logDensityKernel } from '../kernels/log-density/wasm.js';
import { logProbGradientKernel, logProbKernel } from '../kernels/standard-normal/wasm.js';
import { lstmGradientKernel, lstmKernel } from '../kernels/sequence/lstm-wasm.js';
import { affineGradientKernel, affineKernel } from '../kernels/affine/wasm.js';
import { maskedNetworkGradientKernel, maskedNetworkKernel } from '../kernels/masked-network/wasm.js';
import { matMulKernel } from '../kernels/product/mat-mul.js';
import { prodKernel } from '../overrides/reductions/prod.js';
import { mixtureGradientKernel, mixtureKernel } from '../kernels/mixture/wasm.js';
import { normalDrawGradientKernel, normalDrawKernel } from '../kernels/normal-draw/wasm.js';
import { normalKernel, uniformKernel } from '../random/wasm.js';
import { searchSortedKernel } from '../overrides/indexing/search-sorted.js';
import { emptySegmentSumKernel, segmentSumKernel } from '../overrides/indexing/segment-sum.js';
import { sliceKernel, splitKernel, unpackKernel } from '../overrides/indexing/slice.js';
import { gatherKernel } from '../overrides/indexing/gather.js';
import { padKernel, reverseKernel, selectKernel } from '../overrides/indexing/many-axes.js';
import { tileKernel } from '../overrides/indexing/tile.js';
import { transposeKernel } from '../overrides/indexing/transpose.js';
import { softmaxKernel } from '../overrides/reductions/softmax.js';
import { softBoundGradientKernel, softBoundKernel } from '../kernels/soft-bound/wasm.js';
import { splineGradientKernel, splineKernel } from '../kernels/spline/wasm.js';
import { meanKernel, sumKernel } from '../overrides/reductions/sum.js';
import type { CustomKernel, KernelOverride } from '../registry/kernel-override.js';

/** Versions of kernels of TensorFlow.js that `useBackend` registers. */
export const overrides: readonly KernelOverride[] = [
  matMulKernel,
  fusedMatMulKernel,
  stockConvolutionKernel,
  identityKernel,
  castKernel,
  sliceKernel,
  splitKernel,
  unpackKernel,
  concatKernel,
  packKernel,
  tileKernel,
  gatherKernel,
  selectKernel,
  padKernel,
  reverseKernel,
  transposeKernel,
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
  eluGradKernel,
];

/** Operations of our own, and what some backend lacks. */
export const customKernels: readonly CustomKernel[] = [
  maskedNetworkKernel,
  maskedNetworkGradientKernel,
  denseKernel,
  denseGradientKernel,
  biasGradientKernel,
  denseInputGradientKernel,
  denseWeightsGradientKernel,
  convolutionKernel,
  transposedConvolutionKernel,
  filterGradientKernel,
  stockFilterGradientKernel,
  affineKernel,
  affineGradientKernel,
  mixtureKernel,
  mixtureGradientKernel,
  splineKernel,
  splineGradientKernel,
  attentionKernel,
  attentionGradientKernel,
  lstmKernel,
  lstmGradientKernel,
  adamKernel,
  logProbKernel,
  logProbGradientKernel,
  bernoulliKernel,
  bernoulliGradientKernel,
  bernoulliEventKernel,
  bernoulliEventGradientKernel,
  logDensityKernel,
  softBoundKernel,
  softBoundGradientKernel,
  normalDrawKernel,
  normalDrawGradientKernel,
  normalKernel,
  uniformKernel,
  searchSortedKernel,
  segmentSumKernel,
];
