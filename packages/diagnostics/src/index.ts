export { matrix, type Matrix, readMatrix } from './arrays/matrix.js';
export { type BaselineResult, compareWithBaselines, type Comparison } from './baselines/compare.js';
export { checkConditional, type ConditionalCheck } from './check/check-conditional.js';
export { checkDensity, type CheckOptions, type DensityCheck } from './check/check-density.js';
export type { CheckedTest } from './check/report.js';
export type { Step } from './check/residual-tests.js';
export { contextTest, type ContextResult } from './conditional/context-test.js';
export { type ConditionalRanks, conditionalRanks, type RankOptions } from './conditional/ranks.js';
export { normalCdf, normalQuantile } from './numerics/normal.js';
export { type CoverageResult, coverageTest, type LowDensityResult, lowDensityTest } from './regions/log-density.js';
export { type CorrelationOptions, type CorrelationResult, correlationTest } from './residuals/correlation.js';
export { energyTest } from './residuals/energy.js';
export { pitHistogram, type PitHistogram } from './residuals/pit-histogram.js';
export { hasResiduals, residuals, type Residuals } from './residuals/residuals.js';
export {
  type EcdfBand,
  type UniformityOptions,
  type UniformityResult,
  uniformityTest,
} from './residuals/uniformity.js';
export { type ClassifierResult, classifierTest } from './samples/classifier.js';
export { holm, monteCarloPValue, type SimulationOptions, type TestResult } from './tests/p-values.js';
