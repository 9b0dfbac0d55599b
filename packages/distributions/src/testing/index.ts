export { checkDistribution, type CheckDistributionOptions } from './check-distribution.js';
