import {
  add,
  div,
  exp,
  log,
  maximum,
  mul,
  neg,
  reshape,
  sqrt,
  square,
  sub,
  type Tensor,
  tidy,
  type Variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { key, makeVariable, Module, type ModuleConfig, type Seed, sum, readConfig, sizeOf } from '@pushforward/tensor';
import type { Mlp, ValueAndLogDet } from '@pushforward/made';
import { contextNetwork, type ContextOptions, readContext, underContext } from '../context/context-parameters.js';
import { VectorBijector } from '../context/vector-bijector.js';
import type { Bijector } from '../contract/bijector.js';

/** Options of {@link ActNorm}. */
export type ActNormOptions = {
  /** D, the length of the vectors. */
  dim: number;
} & (
  | (ContextOptions & {
      contextDim: number;
      /** An integer or a key for the network that makes parameters of a context. Default: a fresh key. */
      seed?: Seed;
    })
  | { contextDim?: undefined; hidden?: undefined; seed?: undefined }
);

/** The layers that take their location and scale from the next argument they see. */
const waiting = new WeakSet<ActNorm>();

/**
 * `y = scale · x + loc`, both trainable, for each dimension, with log-determinant `Σ log scaleᵢ`. It starts at the identity;
 * {@link initializeActNorm} sets it from a batch of data, so that after it each dimension has mean 0 and variance 1 on the way from data
 * to base. With a `contextDim`, what a network makes of the context is added to both.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * **Numerics**: the scale is stored as its logarithm, unbounded: it overflows beyond ±88.
 *
 * Source: Kingma & Dhariwal 2018, "Glow: generative flow with invertible 1×1 convolutions", section 3.1.
 *
 * @throws Error if an option is out of range, or x, y or context does not fit
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { ActNorm, initializeActNorm } from '@pushforward/bijectors';
 *
 * const norm = new ActNorm({ dim: 2 });
 * initializeActNorm(norm, tf.tensor2d([[1, 10], [3, 30]]));
 * console.log(await norm.inverse(tf.tensor2d([[1, 10], [3, 30]])).array()); // about [[-1, -1], [1, 1]]
 * ```
 */
export class ActNorm extends VectorBijector {
  static readonly type: string = 'ActNorm';
  static override fromConfig(config: ModuleConfig): ActNorm {
    const { dim } = readConfig(config, { dim: 'number' });
    const context = readContext(config);
    return new ActNorm(context.contextDim === undefined ? { dim } : { dim, ...context, seed: 0 });
  }

  /** `[D]`. */
  readonly loc: Variable;
  /** `[D]`, in nats. */
  readonly logScale: Variable;
  /** From the context to what it adds to the variables, if there is one. */
  readonly network?: Mlp;

  constructor(options: ActNormOptions) {
    super(options);
    const { dim, seed, ...context } = options;
    if (seed !== undefined && options.contextDim === undefined)
      throw new Error('ActNorm: seed must be left out where there is no contextDim');
    this.loc = makeVariable([dim], () => zeros([dim]));
    this.logScale = makeVariable([dim], () => zeros([dim]));
    this.network = contextNetwork('ActNorm', context, [this.loc, this.logScale], key(seed));
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const admitted = this.admit('x', x, context);
      const { x: given, batch } = admitted;
      if (waiting.delete(this)) {
        const { loc, scale } = this.#statistics(given);
        this.loc.assign(neg(div(loc, scale)));
        this.logScale.assign(neg(log(scale)));
      }
      const [shift, logScale] = underContext([this.loc, this.logScale], this.network, admitted.context);
      return {
        value: add(mul(given, exp(logScale)), shift),
        logDet: add(zeros([...batch]), sum(logScale, -1)),
      };
    });
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const admitted = this.admit('y', y, context);
      const { x: given, batch } = admitted;
      if (waiting.delete(this)) {
        const { loc, scale } = this.#statistics(given);
        this.loc.assign(loc);
        this.logScale.assign(log(scale));
      }
      const [shift, logScale] = underContext([this.loc, this.logScale], this.network, admitted.context);
      return {
        value: mul(sub(given, shift), exp(neg(logScale))),
        logDet: sub(zeros([...batch]), sum(logScale, -1)),
      };
    });
  }

  #statistics(data: Tensor): { loc: Tensor; scale: Tensor } {
    const rows = reshape(data, [-1, this.dim]);
    const loc = div(sum(rows, 0), rows.shape[0]);
    const scale = sqrt(div(sum(square(sub(rows, loc)), 0), rows.shape[0]));
    return { loc, scale: maximum(scale, SMALLEST_SCALE) };
  }
}

/** A dimension that does not vary would be blown up without bound. */
const SMALLEST_SCALE = 1e-6;

/**
 * Sets every {@link ActNorm} inside a bijector from a batch of data: one pass from data to base, in which each layer takes its
 * location and scale from what reaches it, so that what leaves it has mean 0 and variance 1 in each dimension. Call it once, before
 * training; what it sets is saved with the other weights.
 *
 * **Shapes**: data `[...batch, ...event]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 *
 * **Numerics**: a dimension that varies by less than 1e-6 gets a scale of 1e-6.
 *
 * Source: Kingma & Dhariwal 2018, "Glow: generative flow with invertible 1×1 convolutions", section 3.1.
 *
 * @throws Error if `data` holds fewer than two events, or does not fit the bijector
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { ActNorm, Chain, initializeActNorm, realNvp } from '@pushforward/bijectors';
 *
 * const flow = new Chain([realNvp({ dim: 2, transforms: 2, hidden: [16], seed: 0 }), new ActNorm({ dim: 2 })]);
 * initializeActNorm(flow, tf.tensor2d([[1, 10], [3, 30]]));
 * console.log(await flow.inverse(tf.tensor1d([3, 30])).array()); // about [1, 1]
 * ```
 */
export function initializeActNorm(bijector: Bijector, data: Tensor, context?: Tensor): void {
  const count = sizeOf(data.shape.slice(0, data.rank - bijector.outputEventRank));
  if (count < 2) throw new Error(`initializeActNorm: data must hold at least 2 events, got ${count}`);
  const layers = actNormsIn(bijector);
  for (const layer of layers) waiting.add(layer);
  try {
    tidy(() => void bijector.inverseAndLogDet(data, context));
  } finally {
    for (const layer of layers) waiting.delete(layer);
  }
}

function actNormsIn(value: unknown): ActNorm[] {
  if (value instanceof ActNorm) return [value];
  if (value instanceof Module || Array.isArray(value)) return Object.values(value).flatMap(actNormsIn);
  return [];
}
