async function main() {
  // The packages are ECMAScript modules; a CommonJS program loads them by import().
  const tf = require('@tensorflow/tfjs');
  const { maf } = await import('@pushforward/bijectors');
  const { maximumLikelihood, StandardNormal, Transformed } = await import('@pushforward/distributions');
  const { bernoulli, foldIn, key, normal, uniform, useBackend } = await import('@pushforward/tensor');
  const { adam, cosineDecay, evaluate, fit } = await import('@pushforward/training');

  /** Points on two half circles, the second being the first turned about (0.5, 0.25), with noise. */
  function twoMoons(count, seed) {
    return tf.tidy(() => {
      const angle = uniform(foldIn(key(seed), 0), [count, 1], { maxval: Math.PI });
      const turned = bernoulli(foldIn(key(seed), 1), 0.5, [count, 1]);
      const circle = tf.concat([angle.cos(), angle.sin()], 1);
      const moons = circle.mul(turned.mul(-2).add(1)).add(turned.mul([1, 0.5]));
      return moons.add(normal(foldIn(key(seed), 2), [count, 2]).mul(0.1));
    });
  }

  await useBackend('wasm');
  const flow = new Transformed(
    new StandardNormal(2),
    maf({ dim: 2, hidden: [32, 32], activation: 'tanh', transforms: 5, seed: 1 }),
  );
  const loss = maximumLikelihood(flow);
  await fit(loss, twoMoons(2000, 2), {
    optimizer: adam({ learningRate: cosineDecay({ from: 1e-2, steps: 600 }) }),
    steps: 600,
    seed: 3,
  });
  const logLikelihood = -(await evaluate(loss, twoMoons(1000, 4)));
  console.log(`log-likelihood: ${logLikelihood.toFixed(3)} nats`);
}

main();
