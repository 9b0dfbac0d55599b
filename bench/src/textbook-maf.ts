import * as tf from '@tensorflow/tfjs';
import type { FlowSizes, TrainingStep } from './training-step.js';

interface Layer {
  weights: tf.Variable[];
  biases: tf.Variable[];
  masks: tf.Tensor2D[];
}

/**
 * A masked autoregressive flow as a textbook writes it on TensorFlow.js alone: every layer a matrix product with W∘M, every affine
 * map `x = (y − shift) e^(−logScale)`, dimensions reversed in between, Adam from `tf.train`.
 *
 * Source: Papamakarios et al. 2017, "Masked autoregressive flow for density estimation"; Germain et al. 2015, "MADE".
 */
export function textbookMaf({ dim, hidden, transforms, learningRate }: FlowSizes): TrainingStep {
  const layers = Array.from({ length: transforms }, () => makeLayer(dim, hidden));
  const optimizer = tf.train.adam(learningRate);
  const logNormalizer = 0.5 * dim * Math.log(2 * Math.PI);

  const logProb = (y: tf.Tensor2D): tf.Tensor1D => {
    let x = y;
    let logDet: tf.Tensor1D = tf.zeros([y.shape[0]]);
    for (const layer of layers) {
      const [shift, rawScale] = tf.split(network(layer, x), 2, 1);
      const logScale = tf.mul(tf.tanh(tf.div(rawScale, 3)), 3);
      x = tf.mul(tf.sub(x, shift), tf.exp(tf.neg(logScale)));
      x = tf.reverse(x, 1);
      logDet = tf.sub(logDet, tf.sum(logScale, 1));
    }
    const logBase = tf.sub(tf.mul(tf.sum(tf.square(x), 1), -0.5), logNormalizer);
    return tf.add(logBase, logDet);
  };
  return (y) => optimizer.minimize(() => tf.neg(tf.mean(logProb(y))), true) as tf.Scalar;
}

function makeLayer(dim: number, hidden: readonly number[]): Layer {
  const inputDegrees = Array.from({ length: dim }, (_, i) => i + 1);
  const hiddenDegrees = hidden.map((width) => Array.from({ length: width }, (_, i) => 1 + (i % (dim - 1))));
  const degrees = [inputDegrees, ...hiddenDegrees];
  const layer: Layer = { weights: [], biases: [], masks: [] };
  const add = (from: number[], to: number[], allowed: (from: number, to: number) => boolean) => {
    const scale = 1 / Math.sqrt(from.length);
    layer.weights.push(tf.variable(tf.randomUniform([from.length, to.length], -scale, scale)));
    layer.biases.push(tf.variable(tf.zeros([to.length])));
    layer.masks.push(tf.tensor2d(from.map((i) => to.map((j) => (allowed(i, j) ? 1 : 0)))));
  };
  hiddenDegrees.forEach((to, i) => add(degrees[i], to, (a, b) => a <= b));
  add(degrees[hidden.length], [...inputDegrees, ...inputDegrees], (a, b) => a < b);
  return layer;
}

function network({ weights, biases, masks }: Layer, x: tf.Tensor2D): tf.Tensor2D {
  return weights.reduce((value, weight, i) => {
    const masked = tf.mul(weight, masks[i]) as tf.Tensor2D;
    const next = tf.add(tf.matMul(value, masked), biases[i]) as tf.Tensor2D;
    return i < weights.length - 1 ? tf.relu(next) : next;
  }, x);
}
