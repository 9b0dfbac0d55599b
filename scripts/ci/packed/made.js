// A user who installed @pushforward/made and @tensorflow/tfjs, nothing else: a MADE learns that the second bit repeats the first.
import * as tf from '@tensorflow/tfjs';
import { Made } from '@pushforward/made';

const bits = tf.tensor2d(Array.from({ length: 64 }, (_, i) => [i % 2, i % 2]));
const made = new Made({ dim: 2, hidden: [16], seed: 0 });
const optimizer = tf.train.adam(0.05);
const loss = () =>
  tf.losses
    .sigmoidCrossEntropy(bits, tf.squeeze(made.parameters(bits), [-1]))
    .mul(2)
    .asScalar();
for (let step = 0; step < 200; step++) optimizer.minimize(loss);
const [nats] = await loss().data();
console.log(`negative log-likelihood ${nats.toFixed(3)} nats, entropy ${Math.LN2.toFixed(3)}`);
if (!(nats < Math.LN2 + 0.02)) throw new Error('the MADE did not learn');
