export { checkConditioner, type CheckConditionerOptions } from './check-conditioner.js';
export { checkNetwork, type CheckNetworkOptions } from './check-network.js';
