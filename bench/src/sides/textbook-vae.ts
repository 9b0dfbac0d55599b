import * as tf from '@tensorflow/tfjs';
import type { Size } from '../size.js';
import { flowToData, flowVariables, type TextbookFlow } from './textbook-flow.js';

interface Mlp {
  weights: tf.Variable[];
  biases: tf.Variable[];
}

/** The negative evidence lower bound of a batch, and what it depends on. */
export interface TextbookVae {
  variables: tf.Variable[];
  loss(x: tf.Tensor2D): tf.Scalar;
}

/**
 * A variational autoencoder of binary pixels as a textbook writes it on TensorFlow.js alone, one posterior sample for each x.
 *
 * Source: Kingma & Welling 2014, "Auto-encoding variational Bayes"; Kingma et al. 2016, algorithm 1.
 */
export function textbookVae({ dim, hidden, pixels, context }: Size, posterior?: TextbookFlow): TextbookVae {
  const encoder = makeMlp([pixels, ...hidden, 2 * dim + (posterior ? context : 0)]);
  const decoder = makeMlp([dim, ...hidden.toReversed(), pixels]);
  const logNormalizer = 0.5 * dim * Math.log(2 * Math.PI);
  const logNormal = (noise: tf.Tensor) => tf.sub(tf.mul(tf.sum(tf.square(noise), 1), -0.5), logNormalizer);
  return {
    variables: [encoder, decoder]
      .flatMap(({ weights, biases }) => [...weights, ...biases])
      .concat(posterior ? flowVariables(posterior) : []),
    loss(x) {
      const [loc, raw, code] = tf.split<tf.Tensor2D>(
        apply(encoder, x),
        posterior ? [dim, dim, context] : [dim, dim],
        1,
      );
      const logScale = tf.mul(tf.tanh(tf.div(raw, 7)), 7);
      const noise = tf.randomNormal(loc.shape);
      let z = tf.add(loc, tf.mul(tf.exp(logScale), noise)) as tf.Tensor2D;
      let logQ = tf.sub(logNormal(noise), tf.sum(logScale, 1));
      if (posterior) {
        const { value, logDet } = flowToData(posterior, z, code);
        z = value;
        logQ = tf.sub(logQ, logDet);
      }
      const logits = apply(decoder, z);
      const crossEntropy = tf.add(tf.sub(tf.relu(logits), tf.mul(x, logits)), tf.softplus(tf.neg(tf.abs(logits))));
      const kl = tf.sub(logQ, logNormal(z));
      return tf.mean(tf.add(tf.sum(crossEntropy, 1), kl));
    },
  };
}

function makeMlp(widths: readonly number[]): Mlp {
  const mlp: Mlp = { weights: [], biases: [] };
  for (let i = 1; i < widths.length; i++) {
    const scale = Math.sqrt(3 / widths[i - 1]);
    mlp.weights.push(tf.variable(tf.randomUniform([widths[i - 1], widths[i]], -scale, scale)));
    mlp.biases.push(tf.variable(tf.zeros([widths[i]])));
  }
  return mlp;
}

function apply({ weights, biases }: Mlp, x: tf.Tensor2D): tf.Tensor2D {
  return weights.reduce((value, weight, i) => {
    const next = tf.add(tf.matMul(value, weight as unknown as tf.Tensor2D), biases[i]) as tf.Tensor2D;
    return i < weights.length - 1 ? tf.relu(next) : next;
  }, x);
}
