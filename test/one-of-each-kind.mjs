// What TensorFlow.js computes in plain operations on a backend holds for every class if it holds for the operations and for one class of each kind:
// the others are made of the same. Their laws run on wasm, in Node and in a browser.

const bijectors = [
  'autoregressive/autoregressive',
  'coupling/coupling',
  'elementary/elementary',
  'residual/planar',
  'elementwise/spline/rational-quadratic-spline',
];

const others = [
  'made/src/convolution/networks',
  'made/src/density/made-density',
  'distributions/src/distributions',
  'vae/src/vae',
  'training/src/loop/fit',
  'training/src/optimizer/optimizer',
];

/** Their files of tests. */
export const oneOfEachKind = [
  ...bijectors.map((name) => `packages/bijectors/src/${name}.test.ts`),
  ...others.map((name) => `packages/${name}.test.ts`),
];
