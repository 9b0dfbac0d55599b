export { allClose, type Tolerance } from './closeness/all-close.js';
export { assertClose, assertFreed, assertGradientClose, assertRefused, assertSame, broken, rebuilt } from './law.js';
export { makeModule } from './make-module.js';
export { matchers, type TensorMatchers } from './closeness/matchers.js';
export { rebuild } from './rebuild.js';
export { repeatLess, repetitions, representatives } from './repetitions.js';
export { trainingStep } from './training-step.js';
export { addNoise, normalValues, readValues, toTensor, type Values } from './values.js';
export { otherTypes, wholeNumbers } from './whole-numbers.js';
