export { checkConditioner, type CheckConditionerOptions } from './check-conditioner.js';
