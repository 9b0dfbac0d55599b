export { type AdamArrays, type AdamConstants, adamStep, hasAdamKernel } from './adam.js';
export { type Activation, activate, activations } from './activation.js';
export { admit, type AdmittedArguments, type EventArguments } from './admit.js';
export { broadcastTo } from './broadcast-to.js';
export { checkContext, checkEvent, checkInteger, checkTensor, formatShape } from './check.js';
export {
  checkBoolean,
  checkInstance,
  checkIntegers,
  checkNumber,
  checkNumbers,
  checkOneOf,
  checkOptions,
  checkTable,
} from './check-option.js';
export { formatValue } from './format.js';
export { foldIn, key, type Key, type Seed, split, threefry } from './key.js';
export { linear } from './linear.js';
export { asLogDensity } from './as-log-density.js';
export { bernoulli, normal, permutation, randomBits, uniform, type UniformOptions } from './random.js';
export { orthogonal } from './orthogonal.js';
export { type BuildModule, type Json, Module, type ModuleClass, type ModuleConfig } from './module.js';
export { buildModule } from './build-module.js';
export { makeVariable, type VariableOptions } from './make-variable.js';
export { type KeptModule, type ModuleState, moduleState, restoreModule } from './restore-module.js';
export type { VariableShape } from './restoring.js';
export { type BackendName, type BackendOptions, useBackend } from './backend.js';
export type { WasmPaths } from './wasm/find-binary.js';
export { vjp } from './vjp.js';
export { customGradient } from './custom-gradient.js';
export { isInNestedGradient } from './nested-gradient.js';
export { erf } from './erf.js';
export { erfinv } from './erfinv.js';
export { expm1 } from './expm1.js';
export { log1mexp } from './log1mexp.js';
export { log1p } from './log1p.js';
export { standardNormalLogProb } from './log-prob.js';
export { logSigmoid } from './log-sigmoid.js';
export { logSumExp } from './log-sum-exp.js';
export { softplus } from './softplus.js';
export { stopGradient } from './stop-gradient.js';
export { sum } from './sum.js';
export { registerMissingGradients } from './gradients.js';
export { checkpoint } from './checkpoint.js';
export { checkNumeric, toFloat } from './to-float.js';
export { where } from './where.js';
export {
  type AttentionArrays,
  type AttentionBlockArrays,
  type AttentionNetwork,
  attentionParameters,
  attentionTransform,
  hasAttentionKernels,
} from './attention.js';
export { hasLstmKernels, type LstmArrays, type LstmNetwork, lstmParameters, lstmTransform } from './lstm.js';
export {
  type AffineForm,
  hasMaskedNetworkKernels,
  type MaskedNetwork,
  type MaskedNetworkArrays,
  maskedParameters,
  maskedTransform,
} from './masked-network.js';
export { hasSplineKernels, rationalQuadraticSpline, type SplineShape } from './spline.js';
