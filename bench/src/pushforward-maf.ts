import * as tf from '@tensorflow/tfjs';
import { maf } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { adam } from '@pushforward/training';
import type { FlowSizes, TrainingStep } from './training-step.js';

/** A masked autoregressive flow as a user of this project writes it. */
export function pushforwardMaf({ dim, hidden, transforms, learningRate }: FlowSizes): TrainingStep {
  const flow = new Transformed(new StandardNormal(dim), maf({ dim, hidden, transforms, seed: 0 }));
  const optimizer = adam({ learningRate }).init(flow.variables());
  return (y) =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => tf.neg(tf.mean(flow.logProb(y))));
      optimizer.update(grads);
      return value;
    });
}
