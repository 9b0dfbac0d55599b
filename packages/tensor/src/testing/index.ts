export { allClose, type Tolerance } from './all-close.js';
export { makeModule } from './make-module.js';
export { matchers, type TensorMatchers } from './matchers.js';
export { rebuild } from './rebuild.js';
export { repeatLess, repetitions, representatives } from './repetitions.js';
export { otherTypes, wholeNumbers } from './whole-numbers.js';
