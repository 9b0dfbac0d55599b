export {
  checkBoolean,
  checkInstance,
  checkIntegers,
  checkNumber,
  checkNumbers,
  checkOneOf,
  checkOptions,
  checkTable,
  type OptionName,
} from './arguments/check-option.js';
export { checkContext, checkEvent, checkInteger, checkTensor, formatShape } from './arguments/check.js';
export { formatValue } from './arguments/format.js';
export type { VariableShape } from './arguments/restoring.js';
export { sizeOf } from './arguments/size-of.js';
export { checkNumeric, toFloat } from './arguments/to-float.js';
export { admit, type AdmittedArguments, type EventArguments } from './arrays/admit.js';
export { broadcastTo } from './arrays/broadcast-to.js';
export { logSumExp } from './arrays/log-sum-exp.js';
export { sum } from './arrays/sum.js';
export { sumTrailing } from './arrays/sum-trailing.js';
export { where } from './arrays/where.js';
export { customGradient } from './autodiff/custom-gradient.js';
export { checkpoint } from './autodiff/gradient-checkpoint.js';
export { isInNestedGradient } from './autodiff/nested-gradient.js';
export { stopGradient } from './autodiff/stop-gradient.js';
export { vjp } from './autodiff/vjp.js';
export type { BackendName, BackendOptions } from './backend/options.js';
export { describeBackend } from './backend/describe-backend.js';
export { startBackend, useBackend } from './backend/use-backend.js';
export { type Activation, activate, activations } from './kernels/activation.js';
export { applyAffineForm } from './kernels/affine/affine-form.js';
export type { AffineForm } from './kernels/affine/contract.js';
export type { SplineForm, SplineShape } from './kernels/spline/contract.js';
export type { StepForm } from './kernels/step-form.js';
export { conv2d } from './kernels/convolution/conv2d.js';
export { conv2dTranspose, type TransposedConvolutionOptions } from './kernels/convolution/conv2d-transpose.js';
export type { ConvolutionOptions } from './kernels/convolution/contract.js';
export { linear } from './kernels/product/linear.js';
export { buildModule } from './module/build-module.js';
export type { BuildModule, FormerNames, Json, ModuleClass, ModuleConfig, ModuleContract } from './module/contract.js';
export { makeVariable, type VariableOptions } from './module/make-variable.js';
export { Module } from './module/module.js';
export { readConfig } from './module/read-config.js';
export { type KeptModule, type ModuleState, moduleState, restoreModule } from './module/restore-module.js';
export { foldIn, key, type Seed, split } from './random/key.js';
export type { Key } from './random/threefry.js';
export { orthogonal } from './random/orthogonal.js';
export { bernoulli, normal, permutation, randomBits, uniform, type UniformOptions } from './random/random.js';
export { erf } from './special/normal/erf.js';
export { erfinv } from './special/normal/erfinv.js';
export { expm1 } from './special/expm1.js';
export { digamma } from './special/gamma/digamma.js';
export { lgamma } from './special/gamma/lgamma.js';
export { inverseLogNormalCdf } from './special/normal/inverse-log-normal-cdf.js';
export { logMillsRatio } from './special/normal/log-mills-ratio.js';
export { logNormalCdf } from './special/normal/log-normal-cdf.js';
export { logSigmoid } from './special/log-sigmoid.js';
export { log1mexp } from './special/log1mexp.js';
export { log1p } from './special/log1p.js';
export { softBound } from './kernels/soft-bound/soft-bound.js';
export { softplus } from './special/softplus.js';
export type { WasmPaths } from './wasm/find-binary.js';
