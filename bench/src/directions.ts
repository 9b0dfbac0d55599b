// The sequential against the parallel direction of one autoregressive layer, for each conditioner and number of dimensions.
//
//   node bench/dist/directions.js [--rounds 5] [--dims 8,32,128,512] [--conditioners MADE,LSTM,attention] [--threads 1] [--composed]
//
// Both directions are timed in turn in one process; the ratio is the median of the ratios of pairs. With --composed, the same layer without its
// kernels is timed as well, rank by rank out of TensorFlow.js's operations, and every figure's speed-up over it follows.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { AffineTransform, AttentionConditioner, Autoregressive, LstmConditioner } from '@pushforward/bijectors';
import { Made } from '@pushforward/made';
import { useBackend } from '@pushforward/tensor';
import { median } from './series.js';

const BATCH = 64;

const conditioners = {
  MADE: (dim: number) => new Made({ dim, parameterCount: 2, hidden: [512, 512], seed: 0 }),
  LSTM: (dim: number) => new LstmConditioner({ dim, parameterCount: 2, hidden: [64], seed: 0 }),
  attention: (dim: number) =>
    new AttentionConditioner({ dim, parameterCount: 2, width: 64, heads: 4, blocks: 2, seed: 0 }),
};

/** What is taken away for `--composed`. */
const kernels: Record<string, string[]> = {
  MADE: ['MaskedNetwork'],
  LSTM: ['Lstm'],
  attention: ['CausalTransformer'],
};

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    dims: { type: 'string', default: '8,32,128,512' },
    conditioners: { type: 'string', default: Object.keys(conditioners).join(',') },
    threads: { type: 'string' },
    composed: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const dims = values.dims.split(',').map(Number);
const chosen = Object.entries(conditioners).filter(([name]) => values.conditioners.split(',').includes(name));
if (
  !Number.isInteger(rounds) ||
  rounds < 1 ||
  !dims.every((dim) => Number.isInteger(dim) && dim > 0) ||
  chosen.length === 0
) {
  console.error(
    'usage: directions [--rounds 5] [--dims 8,32,128,512] [--conditioners MADE,LSTM,attention] [--threads 1] [--composed]',
  );
  process.exit(2);
}

tf.enableProdMode();
await useBackend('wasm', values.threads === undefined ? {} : { threads: Number(values.threads) });
console.log(
  `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, batch ${BATCH}; medians of ${rounds} rounds, ms`,
);
const speedups = values.composed ? '    faster than composed: value  sequential    gradient  sequential' : '';
console.log(
  `conditioner     D    value: parallel  sequential  ratio    with gradient: parallel  sequential  ratio${speedups}`,
);
for (const [name, make] of chosen) {
  for (const dim of dims) {
    using layer = new Autoregressive(make(dim), new AffineTransform(), 'forward');
    const x = tf.randomNormal([BATCH, dim]);
    const [value, gradient] = timesOf(layer, x);
    let line = `${name.padEnd(10)} ${String(dim).padStart(6)}  ${cells(value, 16)}  ${cells(gradient, 24)}`;
    if (values.composed) {
      const [composedValue, composedGradient] = composed(name, () => timesOf(layer, x));
      line += `${factors(value, composedValue, 28)}${factors(gradient, composedGradient, 12)}`;
    }
    x.dispose();
    console.log(line);
  }
}

/** Milliseconds of both directions, without and with gradients. */
function timesOf(layer: Autoregressive, x: tf.Tensor) {
  return [
    compare(
      () => dispose(layer.forwardAndLogDet(x)),
      () => dispose(layer.inverseAndLogDet(x)),
    ),
    compare(
      () => step(layer, () => layer.forwardAndLogDet(x)),
      () => step(layer, () => layer.inverseAndLogDet(x)),
    ),
  ];
}

/** Runs without a conditioner's kernels. */
function composed<T>(name: string, run: () => T): T {
  const taken = kernels[name].map((kernel) => tf.getKernel(kernel, 'wasm'));
  for (const { kernelName } of taken) tf.unregisterKernel(kernelName, 'wasm');
  const result = run();
  for (const kernel of taken) tf.registerKernel(kernel);
  return result;
}

function factors(ours: ReturnType<typeof compare>, others: ReturnType<typeof compare>, width: number): string {
  const [parallel, sequential] = (['parallel', 'sequential'] as const).map(
    (way) => median(others[way]) / median(ours[way]),
  );
  return `${parallel.toFixed(1).padStart(width)} ${sequential.toFixed(1).padStart(11)}`;
}

type Result = ReturnType<Autoregressive['forwardAndLogDet']>;

function dispose({ value, logDet }: Result): void {
  value.dispose();
  logDet.dispose();
}

function step(layer: Autoregressive, run: () => Result): void {
  const { value, grads } = tf.variableGrads(() => {
    const { value, logDet } = run();
    return tf.sub(tf.sum(tf.square(value)), tf.sum(logDet)) as tf.Scalar;
  }, layer.trainableVariables());
  tf.dispose([value, grads]);
}

function compare(parallel: () => void, sequential: () => void) {
  const result = { parallel: [] as number[], sequential: [] as number[] };
  parallel();
  sequential();
  for (let round = 0; round < rounds; round++) {
    result.parallel.push(time(parallel));
    result.sequential.push(time(sequential));
  }
  return result;
}

function time(run: () => void): number {
  const started = performance.now();
  run();
  return performance.now() - started;
}

function cells({ parallel, sequential }: ReturnType<typeof compare>, width: number): string {
  const ratio = median(sequential.map((milliseconds, i) => milliseconds / parallel[i]));
  return `${median(parallel).toFixed(2).padStart(width)} ${median(sequential).toFixed(2).padStart(11)} ${ratio.toFixed(2).padStart(6)}`;
}
