import * as tf from '@tensorflow/tfjs';
import { maf } from '@pushforward/bijectors';
import { maximumLikelihood, StandardNormal, Transformed } from '@pushforward/distributions';
import { bernoulli, foldIn, key, normal, uniform, useBackend } from '@pushforward/tensor';
import { adam, cosineDecay, evaluate, fit } from '@pushforward/training';

/** Points on two half circles, the second being the first turned about (0.5, 0.25), with noise. */
function twoMoons(count: number, seed: number): tf.Tensor {
  return tf.tidy(() => {
    const angle = uniform(foldIn(key(seed), 0), [count, 1], { maxval: Math.PI });
    const turned = bernoulli(foldIn(key(seed), 1), 0.5, [count, 1]);
    const circle = tf.concat([angle.cos(), angle.sin()], 1);
    const moons = circle.mul(turned.mul(-2).add(1)).add(turned.mul([1, 0.5]));
    return moons.add(normal(foldIn(key(seed), 2), [count, 2]).mul(0.1));
  });
}

/** Trains a flow, and returns the mean log-density of points that it has not seen, in nats. */
export async function train(signal: AbortSignal): Promise<number> {
  await useBackend('wasm');
  const flow = new Transformed(
    new StandardNormal(2),
    maf({ dim: 2, hidden: [32, 32], activation: 'tanh', transforms: 5, seed: 1 }),
  );
  const [seen, unseen] = [twoMoons(2000, 2), twoMoons(1000, 4)];
  try {
    const loss = maximumLikelihood(flow);
    await fit(loss, seen, {
      optimizer: adam({ learningRate: cosineDecay({ from: 1e-2, steps: 600 }) }),
      steps: 600,
      seed: 3,
      signal,
    });
    return -(await evaluate(loss, unseen));
  } finally {
    // A component comes and goes; its tensors go with it.
    tf.dispose([seen, unseen]);
    flow.dispose();
  }
}
