import { key, type Seed, split } from '@pushforward/tensor';
import { addNoise, normalValues, repetitions } from '@pushforward/tensor/testing';
import type { Conditioner } from '../contract/conditioner.js';
import { checkManyContexts } from './laws/contexts.js';
import { checkTypes } from './laws/types.js';
import { checkGradients, checkUnrolledGradients } from './laws/gradients.js';
import { checkConfig, checkMemory, checkRefusals } from './laws/objects.js';
import { checkConnectivity, checkNaN, checkShapes, checkUnrolling } from './laws/values.js';
import { ROWS, type Subject } from './harness/subject.js';

/** Options of {@link checkConditioner}. */
export interface CheckConditionerOptions {
  /** Paths of variables whose gradient may be zero everywhere, such as weights that a mask leaves without an input. Default none. */
  idle?: readonly string[];
  /** The standard deviation of the noise added to every trainable variable before the laws are checked. Default 0.3. */
  noise?: number;
  /** Relative and absolute tolerance. Default 1e-4. */
  tolerance?: number;
  /** The number of training steps that must leave no tensor behind. Default 20, or what `repetitions` makes of that. */
  steps?: number;
  /** An integer or a key for noise and points. Default 0. */
  seed?: Seed;
}

/**
 * Checks every law that a conditioner must obey, on the backend in use:
 *
 * - shapes: any number of leading batch axes, an empty batch, a context that broadcasts;
 * - a row of NaN stays in its row, and in an unrolling NaN leaves the dimensions before it alone;
 * - the same numbers for int32, bool and float32, in the input and in the context;
 * - one event under many contexts gives what as many copies of it give;
 * - exact connectivity: by the automatic Jacobian, each parameter depends on the dimensions before its own in the order and on no other;
 * - the context reaches every parameter;
 * - an unrolling gives the values at which the parallel pass has the parameters that they were chosen with;
 * - the gradients of an unrolling are those of one whole pass for each dimension;
 * - a finite gradient, not only zeros, for every trainable variable, in both directions;
 * - a configuration from which `buildModule` rebuilds the same conditioner bit for bit;
 * - errors for what does not fit;
 * - no leaked tensor in any call, over training steps, and after `dispose`.
 *
 * @param make gives a new conditioner each time; its variables are moved off their start by seeded noise
 * @throws Error that names the first law broken, where and by how much
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { Made } from '@pushforward/made';
 * import { checkConditioner } from '@pushforward/made/testing';
 *
 * await checkConditioner(() => new Made({ dim: 3, hidden: [16], parameterCount: 2, seed: 0 }));
 * ```
 */
export async function checkConditioner(
  make: () => Conditioner,
  { idle = [], noise = 0.3, tolerance = 1e-4, steps = repetitions(20), seed = 0 }: CheckConditionerOptions = {},
): Promise<void> {
  const [noiseKey, xKey, contextKey, weightKey] = split(key(seed), 4);
  const conditioner = make();
  addNoise(conditioner.trainableVariables(), noiseKey, noise);
  const { dim, contextDim } = conditioner;
  const x = await normalValues(xKey, [ROWS, dim]);
  const context = contextDim > 0 ? await normalValues(contextKey, [ROWS, contextDim]) : undefined;
  const subject: Subject = { conditioner, tolerance, key: weightKey, x, context };

  await checkShapes(subject);
  await checkNaN(subject);
  await checkConnectivity(subject);
  await checkUnrolling(subject);
  await checkUnrolledGradients(subject);
  await checkGradients(subject, idle);
  await checkConfig(subject);
  checkRefusals(conditioner);
  checkMemory(make, subject, steps);
  await checkTypes(subject);
  await checkManyContexts(subject);
  conditioner.dispose();
}
