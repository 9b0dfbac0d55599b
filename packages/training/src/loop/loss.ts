import { engine, type NamedTensorMap, stack, Tensor, tidy, type Variable, variableGrads } from '@tensorflow/tfjs-core';
import { formatShape, formatValue, type Key, type Module } from '@pushforward/tensor';

/** The second argument of a loss, beside its batch. */
export interface LossInfo {
  /** A key of this step's own, for whatever the loss draws: every `seed` option takes it. */
  seed: Key;
  /** The number of steps completed before this one; during evaluation, the number of batches. */
  step: number;
  /** Whether weights are being trained, or only evaluated. */
  training: boolean;
}

/** The number to make small: the mean over the rows of a batch, as a scalar tensor. It runs under `tf.tidy`, and so cannot be async. */
export interface Loss<B> {
  (batch: B, info: LossInfo): Tensor;
}

/** A loss that carries the module it trains, as `maximumLikelihood(flow)` of `@pushforward/distributions` does. */
export interface Objective<B> extends Loss<B> {
  readonly module: Module;
  /**
   * Runs a step, gradients included, in which the module is as it is trained and not as it is evaluated: with batch normalisation it
   * is another. Default: the step as it is.
   */
  training?<T>(step: () => T): T;
  /**
   * Brings up to date what the module keeps of the training data besides its weights, such as the statistics of batch normalisation. It runs
   * at the end of every epoch, before validation, and where a run stops within one. Default: nothing.
   *
   * @param batches the training data, once with each call
   */
  settle?(batches: () => AsyncIterable<B>): Promise<void>;
}

/** Throws unless a loss is a function. */
export function checkLoss(name: string, loss: unknown): void {
  if (typeof loss !== 'function')
    throw new Error(`${name}: loss must be a function of a batch, got ${formatValue(loss)}`);
}

/** Throws unless a loss returned a scalar tensor. */
export function checkScalar(name: string, value: unknown): Tensor<never> {
  if (value instanceof Promise) {
    // Nobody waits for it any more: neither its tensor nor its failure may be left behind.
    value.then(
      (late: unknown) => late instanceof Tensor && late.dispose(),
      () => {},
    );
    throw new Error(`${name}: loss must return a scalar tensor, got a promise: a loss cannot be async`);
  }
  if (!(value instanceof Tensor))
    throw new Error(`${name}: loss must return a scalar tensor, got ${formatValue(value)}`);
  if (value.shape.length > 0)
    throw new Error(`${name}: loss must return a scalar tensor, got ${formatShape(value.shape)}`);
  return value as Tensor<never>;
}

/**
 * A loss and its gradients, for a caller that tidies up.
 *
 * A tape keeps tensors for the backward pass, and TensorFlow.js frees them at that pass's end only: here also when something throws
 * before.
 */
export function lossAndGradients(f: () => unknown, variables: Variable[]): { value: Tensor; grads: NamedTensorMap } {
  const { state } = engine();
  try {
    return variableGrads(() => checkScalar('fit', f()), variables);
  } catch (error) {
    for (const node of state.activeTape ?? []) for (const tensor of node.saved ?? []) tensor.dispose();
    state.activeTape = [];
    throw error;
  }
}

/** Reads scalars back together, and frees them. */
export async function readScalars(scalars: Tensor[]): Promise<number[]> {
  const together = tidy(() => stack(scalars));
  for (const scalar of scalars) scalar.dispose();
  const values = await together.data();
  together.dispose();
  return [...values];
}
