import type * as tf from '@tensorflow/tfjs';

/** Sizes of a masked autoregressive flow and of its optimizer's steps. */
export interface FlowSizes {
  dim: number;
  hidden: readonly number[];
  transforms: number;
  learningRate: number;
}

/** One step of maximum likelihood on a batch; returns the mean negative log-likelihood before it, which the caller owns. */
export type TrainingStep = (y: tf.Tensor2D) => tf.Scalar;
