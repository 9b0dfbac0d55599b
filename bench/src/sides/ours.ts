import * as tf from '@tensorflow/tfjs';
import {
  attentionIaf,
  Autoregressive,
  AffineTransform,
  type Bijector,
  iaf,
  lstmIaf,
  maf,
  nsf,
  realNvp,
} from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { Made } from '@pushforward/made';
import { type Module, useBackend } from '@pushforward/tensor';
import { adam } from '@pushforward/training';
import { BernoulliLikelihood, Mlp, mlpEncoder, Vae } from '@pushforward/vae';
import { eventOf } from './event.js';
import { LEARNING_RATE } from './learning-rate.js';
import type { ConvolutionOperation, Operation } from '../operation.js';
import type { Size } from '../size.js';

export async function startOurs(threads: number): Promise<void> {
  await useBackend('wasm', { threads });
}

/** An operation as a user of this project writes it, ready to run. */
export function prepareOurs(operation: Exclude<Operation, ConvolutionOperation>, size: Size): () => void {
  const { dim, hidden, transforms, batch } = size;
  const options = { dim, hidden, transforms, seed: 0 } as const;
  // What is not trained must not be the identity, which is computed from zeros alone; what is leaves it at its first step.
  const trained = { ...options, init: 'orthogonal' } as const;
  const flow = (bijector: Bijector) => new Transformed(new StandardNormal(dim), bijector);
  const prepare: Record<typeof operation, () => () => void> = {
    'maf-step': () => flowStep(flow(maf(options)), size),
    'iaf-step': () => flowStep(flow(iaf(options)), size),
    'maf-log-prob': () => logProb(flow(maf(trained)), size),
    'iaf-log-prob': () => logProb(flow(iaf(trained)), size),
    'maf-sample': () => sample(flow(maf(trained)), batch),
    'iaf-sample': () => sample(flow(iaf(trained)), batch),
    'vae-gaussian-step': () => vaeStep(size),
    'vae-iaf-step': () => vaeStep(size, iaf({ ...options, contextDim: size.context })),
    'nsf-step': () => flowStep(flow(nsf(options)), size),
    'nsf-log-prob': () => logProb(flow(nsf(trained)), size),
    'nsf-sample': () => sample(flow(nsf(trained)), batch),
    'real-nvp-step': () => flowStep(flow(realNvp(options)), size),
    'lstm-iaf-step': () => flowStep(flow(lstmIaf({ dim, hidden: [64], transforms, seed: 0 })), size),
    'attention-iaf-step': () =>
      flowStep(flow(attentionIaf({ dim, width: 32, heads: 2, blocks: 1, mlp: 64, transforms, seed: 0 })), size),
    'event-log-prob': () => eventLogProb(flow(maf(trained)), dim),
    'event-sample': () => eventSample(flow(maf(trained))),
    'layer-parallel': () => layerValue(layer(size), 'forwardAndLogDet', size),
    'layer-sequential': () => layerValue(layer(size), 'inverseAndLogDet', size),
    'layer-parallel-gradient': () => layerGradient(layer(size), 'forwardAndLogDet', size),
    'layer-sequential-gradient': () => layerGradient(layer(size), 'inverseAndLogDet', size),
  };
  return prepare[operation]();
}

function trainingStep(model: Module, loss: () => tf.Tensor): () => void {
  const optimizer = adam({ learningRate: LEARNING_RATE }).init(model.variables());
  return () =>
    tf.tidy(() => {
      const { grads } = tf.variableGrads(() => loss() as tf.Scalar);
      optimizer.update(grads);
    });
}

function flowStep(flow: Transformed, { batch, dim }: Size): () => void {
  const y = tf.randomNormal([batch, dim]);
  return trainingStep(flow, () => tf.neg(tf.mean(flow.logProb(y))));
}

function logProb(flow: Transformed, { batch, dim }: Size): () => void {
  const y = tf.randomNormal([batch, dim]);
  return () => flow.logProb(y).dispose();
}

function sample(flow: Transformed, batch: number): () => void {
  return () => flow.sample(batch).dispose();
}

function eventLogProb(flow: Transformed, dim: number): () => void {
  const event = eventOf(dim);
  return () => void tf.tidy(() => flow.logProb(tf.tensor2d(event, [1, dim])).dataSync()[0]);
}

function eventSample(flow: Transformed): () => void {
  return () => void tf.tidy(() => flow.sample(1).dataSync());
}

function vaeStep({ dim, hidden, batch, pixels, context }: Size, posterior?: Bijector): () => void {
  const vae = new Vae({
    encoder: mlpEncoder({ dataDim: pixels, latentDim: dim, contextDim: posterior ? context : 0, hidden }),
    posterior,
    likelihood: new BernoulliLikelihood(new Mlp({ inputDim: dim, hidden: hidden.toReversed(), outputDim: pixels })),
  });
  const x = tf.tidy(() => tf.cast(tf.greater(tf.randomUniform([batch, pixels]), 0.5), 'float32'));
  return trainingStep(vae, () => tf.neg(tf.mean(vae.elbo(x).elbo)));
}

type Direction = 'forwardAndLogDet' | 'inverseAndLogDet';

/** The layer of a MAF or IAF, whose forward direction is the parallel one. */
function layer({ dim, hidden }: Size): Autoregressive {
  return new Autoregressive(
    new Made({ dim, hidden, parameterCount: 2, init: 'orthogonal', seed: 0 }),
    new AffineTransform(),
    'forward',
  );
}

function layerValue(layer: Autoregressive, direction: Direction, { batch, dim }: Size): () => void {
  const x = tf.randomNormal([batch, dim]);
  return () => tf.dispose({ ...layer[direction](x) });
}

/** The gradients of the input and of every weight. */
function layerGradient(layer: Autoregressive, direction: Direction, { batch, dim }: Size): () => void {
  const x = tf.variable(tf.randomNormal([batch, dim]));
  const variables = [x, ...layer.trainableVariables()];
  const loss = () => {
    const { value, logDet } = layer[direction](x);
    return tf.sub(tf.sum(tf.square(value)), tf.sum(logDet)) as tf.Scalar;
  };
  return () => tf.dispose(tf.variableGrads(loss, variables));
}
