// Every function that the TypeScript side may call. Addresses are byte offsets in the memory of TensorFlow.js's wasm backend.
export { adam } from './entries/adam';
export { attention, attentionGradient } from './entries/attention';
export { bernoulliLogProb } from './entries/bernoulli';
export { copyRows } from './reductions/copy-rows';
export { epilogue } from './product/epilogue';
export { epilogueGradient } from './entries/epilogue-gradient';
export { standardNormalLogProb, standardNormalLogProbGradient } from './reductions/log-prob';
export { lstm, lstmGradient } from './entries/lstm';
export { maskedNetwork, maskedNetworkGradient } from './entries/masked-network';
export { matMulScratch } from './product/mat-mul';
export { matMul } from './entries/mat-mul';
export { normal, uniform } from './entries/random';
export { segmentSum } from './reductions/segment-sum';
export { splines, splinesGradient } from './entries/spline';
export { splineWorkBytes } from './spline/spline-bin';
export { joinPool, serve } from './threads/pool';
export { sum } from './reductions/sum';
export { sumChunks } from './reductions/sum-chunks';
