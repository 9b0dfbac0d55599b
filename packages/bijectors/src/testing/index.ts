export { checkBijector, type CheckBijectorOptions } from './check-bijector.js';
export { checkElementwiseTransform, type CheckElementwiseTransformOptions } from './check-elementwise-transform.js';
export type { Connectivity } from './laws/values.js';
