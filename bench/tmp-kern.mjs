import * as tf from '@tensorflow/tfjs';
import { prepareOurs, startOurs } from './dist/ours.js';
import { sizes } from './dist/size.js';
await startOurs(1);
const step = prepareOurs(process.argv[3] ?? 'vae-gaussian-step', sizes[Number(process.argv[2] ?? 0)]);
for (let i = 0; i < 60; i++) step();
const agg = new Map();
const orig = tf.engine().runKernelFunc;
// time each kernel by wrapping kernelFunc
const wrapped = new Map();
for (const { kernelName, backendName, kernelFunc, setupFunc } of tf.getKernelsForBackend('wasm')) {
  wrapped.set(kernelName, kernelFunc);
  tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: (p) => {
      const s = performance.now();
      const r = kernelFunc(p);
      const t = performance.now() - s;
      const shapes = Object.values(p.inputs)
        .filter(Boolean)
        .map((x) => (x.shape ?? []).join('x'))
        .slice(0, 3)
        .join(',');
      const k = kernelName + ' ' + shapes;
      const a = agg.get(k) ?? [0, 0];
      a[0] += t;
      a[1]++;
      agg.set(k, a);
      return r;
    },
  });
}
for (let i = 0; i < 5; i++) step();
agg.clear();
const s = performance.now();
const N = 30;
for (let i = 0; i < N; i++) step();
const total = (performance.now() - s) / N;
let sum = 0;
for (const [, [t]] of agg) sum += t / N;
console.log(
  'step',
  total.toFixed(2),
  'kernels',
  sum.toFixed(2),
  'calls',
  [...agg.values()].reduce((a, b) => a + b[1], 0) / N,
);
for (const [k, [t, n]] of [...agg].sort((a, b) => b[1][0] - a[1][0]).slice(0, 34))
  console.log((t / N).toFixed(3).padStart(8), (n / N).toFixed(0).padStart(3), k);
