import * as tf from '@tensorflow/tfjs';
import { LEARNING_RATE } from './learning-rate.js';
import type { FlowOperation } from '../operation.js';
import type { Size } from '../size.js';
import { flowLogProb, flowToData, flowVariables, type TextbookFlow, textbookFlow } from './textbook-flow.js';
import { textbookVae } from './textbook-vae.js';

/** An operation as a textbook writes it on TensorFlow.js alone, ready to run. */
export function prepareStock(operation: FlowOperation, size: Size): () => void {
  const maf = () => textbookFlow('maf', size);
  const iaf = () => textbookFlow('iaf', size);
  const prepare: Record<FlowOperation, () => () => void> = {
    'maf-step': () => flowStep(maf(), size),
    'iaf-step': () => flowStep(iaf(), size),
    'maf-log-prob': () => logProb(maf(), size),
    'iaf-log-prob': () => logProb(iaf(), size),
    'maf-sample': () => sample(maf(), size),
    'iaf-sample': () => sample(iaf(), size),
    'vae-gaussian-step': () => vaeStep(size),
    'vae-iaf-step': () => vaeStep(size, textbookFlow('iaf', size, size.context)),
  };
  return prepare[operation]();
}

function trainingStep(variables: tf.Variable[], loss: () => tf.Scalar): () => void {
  const optimizer = tf.train.adam(LEARNING_RATE);
  return () => {
    optimizer.minimize(loss, false, variables);
  };
}

function flowStep(flow: TextbookFlow, { batch, dim }: Size): () => void {
  const y = tf.randomNormal<tf.Rank.R2>([batch, dim]);
  return trainingStep(flowVariables(flow), () => tf.neg(tf.mean(flowLogProb(flow, y))) as tf.Scalar);
}

function logProb(flow: TextbookFlow, { batch, dim }: Size): () => void {
  const y = tf.randomNormal<tf.Rank.R2>([batch, dim]);
  return () => tf.tidy(() => void flowLogProb(flow, y));
}

function sample(flow: TextbookFlow, { batch, dim }: Size): () => void {
  return () => tf.tidy(() => void flowToData(flow, tf.randomNormal([batch, dim])));
}

function vaeStep(size: Size, posterior?: TextbookFlow): () => void {
  const vae = textbookVae(size, posterior);
  const x = tf.tidy(() =>
    tf.cast(tf.greater(tf.randomUniform([size.batch, size.pixels]), 0.5), 'float32'),
  ) as tf.Tensor2D;
  return trainingStep(vae.variables, () => vae.loss(x));
}
