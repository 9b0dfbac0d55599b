import { clone, type Tensor } from '@tensorflow/tfjs-core';
import { formatShape, key, type Seed, sizeOf, split } from '@pushforward/tensor';
import { addNoise, repetitions } from '@pushforward/tensor/testing';
import { Autoregressive } from '../autoregressive/autoregressive.js';
import type { Bijector } from '../contract/bijector.js';
import { Coupling } from '../coupling/coupling.js';
import { jacobians } from './harness/evaluate.js';
import { checkManyContexts } from './laws/contexts.js';
import { checkTails } from './laws/tails.js';
import { checkLine } from './laws/the-line.js';
import { checkTypes } from './laws/types.js';
import { checkGradients, checkImplicitGradients } from './laws/gradients.js';
import { checkConfig, checkMemory, checkRefusals } from './laws/objects.js';
import {
  checkConnectivity,
  checkContextReach,
  checkLogDet,
  checkNaN,
  checkRoundTrip,
  checkShapes,
  type Connectivity,
} from './laws/values.js';
import { pointsFor, type Subject, WAYS } from './harness/subject.js';

/** Options of {@link checkBijector}. */
export interface CheckBijectorOptions {
  /** The shape of one event of x. Default `[]`, right for an event rank of 0. */
  eventShape?: readonly number[];
  /**
   * Whether number `output` of the result depends on number `input` of the argument, in both directions; the Jacobians must agree
   * exactly. Default: what the conditioner's order says for an {@link Autoregressive} bijector, what is transformed for a
   * {@link Coupling}, anything otherwise.
   */
  connectivity?: Connectivity;
  /**
   * Whether the context must reach number `output` of the result, in both directions. Default: the numbers that a {@link Coupling}
   * transforms, every number of anything else.
   */
  contextReach?: (output: number) => boolean;
  /**
   * Where y has more numbers than x: those of its numbers, in row-major order, that determine the others. The log-determinant must be
   * that of the map onto them. Default: all.
   */
  coordinates?: readonly number[];
  /** Maps normal numbers of any shape to where forward is defined. Default: they stay what they are. */
  domain?: (x: Tensor) => Tensor;
  /** Paths of variables whose gradient may be zero everywhere, such as weights that a mask leaves without an input. Default none. */
  idle?: readonly string[];
  /** The standard deviation of the noise added to every trainable variable before the laws are checked. Default 0.1. */
  noise?: number;
  /** Relative and absolute tolerance. Default 1e-4. */
  tolerance?: number;
  /** The number of training steps that must leave no tensor behind, alternating between the directions. Default 10, or what `repetitions` makes of that. */
  steps?: number;
  /** An integer or a key for noise and points. Default 0. */
  seed?: Seed;
}

/**
 * Checks every law that a bijector must obey, on the backend in use:
 *
 * - shapes: any number of leading batch axes, an empty batch, a context that broadcasts;
 * - a row of NaN stays in its row;
 * - the round trip both ways, and log-determinants that cancel, out to the far tails and the ends of the support;
 * - wherever the inverse of any numbers at all is finite, forward leads back, and the log-determinant is a number below ∞;
 * - the same numbers for int32, bool and float32, in the argument and in the context;
 * - one event under many contexts gives what as many copies of it give;
 * - each log-determinant against the automatic Jacobian, whose determinant is taken in float64;
 * - exact connectivity, and a context that reaches every output;
 * - a finite gradient, not only zeros, for every trainable variable in both directions, finite at
 *   points ten standard deviations wide too, and gradients of the inverse that agree with those that follow from the forward direction;
 * - a configuration from which `buildModule` rebuilds the same bijector bit for bit;
 * - errors for what does not fit;
 * - no leaked tensor in any call, over training steps, and after `dispose`.
 *
 * @param make gives a new bijector each time; its variables are moved off their start by seeded noise
 * @throws Error that names the first law broken, where and by how much
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { affine } from '@pushforward/bijectors';
 * import { checkBijector } from '@pushforward/bijectors/testing';
 *
 * await checkBijector(() => affine({ loc: [1, 2], scale: [3, 4] }), { eventShape: [2] });
 * ```
 */
export async function checkBijector(make: () => Bijector, options: CheckBijectorOptions = {}): Promise<void> {
  const {
    eventShape = [],
    connectivity,
    contextReach,
    idle = [],
    noise = 0.1,
    tolerance = 1e-4,
    steps = repetitions(10),
    seed = 0,
  } = options;
  const [noiseKey, pointKey, weightKey] = split(key(seed), 3);
  const bijector = make();
  if (bijector.eventRank !== eventShape.length) {
    throw new Error(`checkBijector: eventShape must have ${bijector.eventRank} axes, got ${formatShape(eventShape)}`);
  }
  addNoise(bijector.trainableVariables(), noiseKey, noise);
  const shapes = { forward: eventShape, inverse: bijector.forwardEventShape(eventShape) };
  const coordinates = options.coordinates ?? Array.from({ length: sizeOf(shapes.inverse) }, (_, i) => i);
  if (coordinates.length !== sizeOf(eventShape)) {
    throw new Error(
      `checkBijector: coordinates must be ${sizeOf(eventShape)} numbers, as many as x has, got ${coordinates.length}`,
    );
  }
  const domain = options.domain ?? clone;
  const points = await pointsFor(bijector, eventShape, domain, pointKey, 1);
  const outliers = await pointsFor(bijector, eventShape, domain, pointKey, 10);
  const subject: Subject = { bijector, shapes, coordinates, tolerance, key: weightKey, points, outliers };

  await checkShapes(subject);
  await checkNaN(subject);
  await checkRoundTrip(subject);
  const connected = connectivity ?? declaredConnectivity(bijector);
  for (const way of WAYS) {
    const found = await jacobians(bijector, way, points[way]);
    await checkLogDet(subject, way, found);
    if (connected) checkConnectivity(subject, way, found, connected);
    checkContextReach(subject, way, found, contextReach ?? declaredContextReach(bijector));
  }
  await checkGradients(subject, idle);
  await checkImplicitGradients(subject);
  await checkConfig(subject);
  checkRefusals(subject);
  checkMemory(make, subject, steps);
  await checkTypes(subject);
  await checkManyContexts(subject);
  await checkTails(subject, domain);
  await checkLine(subject);
  bijector.dispose();
}

function declaredConnectivity(bijector: Bijector): Connectivity | undefined {
  if (bijector instanceof Coupling) {
    const { transformed } = bijector;
    return (output, input) => output === input || (transformed.includes(output) && !transformed.includes(input));
  }
  if (!(bijector instanceof Autoregressive)) return undefined;
  const { order } = bijector.conditioner;
  return (output, input) => order.indexOf(input) <= order.indexOf(output);
}

function declaredContextReach(bijector: Bijector): (output: number) => boolean {
  return (output) => !(bijector instanceof Coupling) || bijector.transformed.includes(output);
}
