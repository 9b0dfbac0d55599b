export { allClose, type Tolerance } from './all-close.js';
export { matchers } from './matchers.js';
export { rebuild } from './rebuild.js';
export { repeatLess, repetitions, representatives } from './repetitions.js';
