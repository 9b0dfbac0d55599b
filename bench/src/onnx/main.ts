// Speed of exported flows in onnxruntime beside their own, from arrays to arrays: a table for docs/saving-and-serving.md.
import '@tensorflow/tfjs';
import { enableProdMode, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { type Bijector, maf, nsf, realNvp } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { exportOnnx } from '@pushforward/onnx';
import { key, normal, useBackend } from '@pushforward/tensor';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const BATCH = 1024;
/** How long each of two series of calls goes on, a call of one after a call of the other. */
const SERIES_MS = 1500;
/** Calls of which the first are not counted. */
const WARM_UP = 20;

const small = { dim: 6, hidden: [64, 64], transforms: 5, init: 'orthogonal', seed: 0 } as const;
const flows: Readonly<Record<string, Bijector>> = {
  'maf, 6/64²/5': maf(small),
  'nsf, 6/64²/5': nsf(small),
  'realNvp, 6/64²/5': realNvp(small),
  'maf, 32/128²/5': maf({ ...small, dim: 32, hidden: [128, 128] }),
  'maf, 63/512²/5': maf({ ...small, dim: 63, hidden: [512, 512] }),
};

enableProdMode();
// One thread for either: what else the machine does would make the threads of a call wait for one another.
await useBackend('wasm', { threads: 1 });

const title = ['flow', 'graph', 'rows/s, ours', 'rows/s, onnxruntime', 'one row, ours', 'one row, onnxruntime'];
const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
console.log(`Node ${process.version}, one thread, batches of ${BATCH}`);
console.log(line(title));
console.log(line(title.map((_, i) => (i < 2 ? '---' : '--:'))));
for (const [name, bijector] of Object.entries(flows)) {
  const [dim] = bijector.eventShape!;
  const flow = new Transformed(new StandardNormal(dim), bijector);
  for (const graph of ['density', 'sampler'] as const) {
    const file = await exportOnnx(flow, { graph });
    const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
    const input = graph === 'density' ? 'x' : 'noise';
    const output = graph === 'density' ? 'log_prob' : 'x';
    const ours = async (values: Float32Array, rows: number) => {
      const result = tidy(() => {
        const given = tensor2d(values, [rows, dim]);
        return graph === 'density' ? flow.logProb(given) : flow.bijector.forward(given);
      });
      await result.data();
      result.dispose();
    };
    const theirs = async (values: Float32Array, rows: number) => {
      const results = await session.run({ [input]: new Tensor('float32', values, [rows, dim]) }, [output]);
      await results[output].getData();
    };
    const [many, one] = [await times(ours, theirs, BATCH, dim), await times(ours, theirs, 1, dim)];
    const cells = [...many.map((ms) => thousands((1000 * BATCH) / ms)), ...one.map((ms) => `${ms.toFixed(2)} ms`)];
    console.log(line([name, graph, ...cells]));
    await session.release();
  }
  flow.dispose();
}
process.exit(0);

type Run = (values: Float32Array, rows: number) => Promise<void>;

/** Milliseconds that a call of each takes, in the fastest tenth of all: those that the machine did not interrupt. */
async function times(ours: Run, theirs: Run, rows: number, dim: number): Promise<number[]> {
  const drawn = normal(key(1), [rows, dim]);
  const values = await drawn.data<'float32'>();
  drawn.dispose();
  const runs = [ours, theirs];
  const samples: number[][] = runs.map(() => []);
  const end = performance.now() + 2 * SERIES_MS;
  for (let call = 0; call < 2 * WARM_UP || performance.now() < end; call++) {
    for (const [i, run] of runs.entries()) {
      const start = performance.now();
      await run(values, rows);
      if (call >= WARM_UP) samples[i].push(performance.now() - start);
    }
  }
  return samples.map((own) => own.toSorted((a, b) => a - b)[Math.floor(own.length / 10)]);
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
