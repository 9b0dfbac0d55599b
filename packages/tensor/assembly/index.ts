// Every function that the TypeScript side may call. Addresses are byte offsets in the memory of TensorFlow.js's wasm backend.
export { adam, adamPart } from './adam';
export { attention } from './attention';
export { attentionGradient } from './attention-gradient';
export { copyRows } from './copy-rows';
export { finish } from './finish';
export { finishGradient } from './finish-gradient';
export { standardNormalLogProb, standardNormalLogProbGradient } from './log-prob';
export { lstm, lstmGradient } from './lstm';
export { maskedNetwork, maskedNetworkGradient } from './masked-network';
export { matMul, matMulScratch } from './mat-mul';
export { normal, randomBytes, uniform } from './random';
export { segmentSum } from './segment-sum';
export { splines, splinesGradient } from './spline';
export { splineWorkBytes } from './spline-bin';
export { joinPool, poolBytes, serve } from './pool';
export { sum } from './sum';
export { sumChunks } from './sum-chunks';
