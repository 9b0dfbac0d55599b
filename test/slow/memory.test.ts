import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { backend, memory, neg, mean, tidy, variableGrads } from '@tensorflow/tfjs-core';
import { maf } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { foldIn, key, normal } from '@pushforward/tensor';
import { adam } from '@pushforward/training';
import { expect, test } from 'vitest';

/** Bytes of the WebAssembly memory that all tensors lie in; it never shrinks. */
const heap = () => (backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.byteLength;

setFlagsFromString('--expose-gc');
/** Collects JavaScript's own garbage, which would otherwise count as the process's memory. */
const collect = runInNewContext('gc') as () => void;

test(
  '10,000 training steps hold memory flat: tensors, the WebAssembly heap, the process',
  { timeout: 300_000 },
  async () => {
    using flow = new Transformed(new StandardNormal(6), maf({ dim: 6, hidden: [32, 32], transforms: 3, seed: 0 }));
    const variables = flow.trainableVariables();
    using optimizer = adam({ clipNorm: 5, ema: 0.99 }).init(flow.variables());
    const train = async (from: number, to: number) => {
      for (let step = from; step < to; step++) {
        tidy(() => {
          // Batches of changing size, so that no buffer fits the next one by chance.
          const x = normal(foldIn(key(1), step), [64 + (step % 7) * 16, 6]);
          optimizer.update(variableGrads(() => neg(mean(flow.logProb(x))), variables).grads);
        });
        // As a real run does: what is freed when nothing waits can be collected.
        if (step % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await train(0, 1000);
    collect();
    const before = {
      tensors: memory().numTensors,
      bytes: memory().numBytes,
      heap: heap(),
      resident: process.memoryUsage().rss,
    };
    await train(1000, 11_000);
    collect();
    expect(memory().numTensors).toBe(before.tensors);
    expect(memory().numBytes).toBe(before.bytes);
    expect(heap()).toBe(before.heap);
    // The engine and the allocator give freed pages back when it suits them; the engine by a thread that waits while other programs are busy.
    const growth = () => {
      collect();
      return process.memoryUsage().rss - before.resident;
    };
    await expect.poll(growth, { timeout: 30_000, interval: 500 }).toBeLessThan(64 * 2 ** 20);
  },
);
