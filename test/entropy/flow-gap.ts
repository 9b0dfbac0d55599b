import { mean, neg, sub, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Bijector } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { type Key, key, split } from '@pushforward/tensor';
import { adam, cosineDecay, fit, warmup } from '@pushforward/training';

/** Points of the plane `[count, 2]`, and the contexts `[count, C]` that they were drawn under, if any. */
export type Draw = { x: Tensor; context?: Tensor };

/** A density on the plane that a flow is to learn. */
export interface Target {
  draw(count: number, seed: Key): Draw;
  /** The exact log-density of each point, in nats. */
  exactLogProb(draw: Draw): Promise<number[]>;
}

/**
 * Trains a flow by maximum likelihood on fresh samples, and tells by how many nats its mean log-density falls short of the true one. Both
 * are taken on the same new samples: their difference, the Kullback–Leibler divergence, varies much less than either.
 */
export async function gap(target: Target, bijector: Bijector, steps: number): Promise<number> {
  const [training, testing] = split(key(1));
  const flow = new Transformed(new StandardNormal(2), bijector);
  await fit(
    ({ x, context }: Draw) => neg(mean(flow.logProb(x, context))),
    ({ seed }: { seed: Key }) => batches(target, seed),
    {
      module: flow,
      steps,
      seed: training,
      optimizer: adam({
        learningRate: warmup(cosineDecay({ from: 5e-3, steps: steps - 50 }), 50),
        clipNorm: 5,
        ema: 0.99,
      }),
    },
  );
  const draw = target.draw(20_000, testing);
  const exact = tensor1d(await target.exactLogProb(draw));
  return (await tidy(() => mean(sub(exact, flow.logProb(draw.x, draw.context)))).data())[0];
}

function* batches(target: Target, seed: Key) {
  for (const own of split(seed, 100)) yield target.draw(256, own);
}
