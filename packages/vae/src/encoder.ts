import { split, type Tensor, tidy } from '@tensorflow/tfjs-core';
import {
  checkOptions,
  admit,
  type BuildModule,
  checkInstance,
  checkInteger,
  Module,
  type ModuleConfig,
  softBound,
  readConfig,
} from '@pushforward/tensor';
import { Mlp, type MlpOptions, Network } from '@pushforward/made';

/** The output of an encoder for each x: the Gaussian that the posterior starts from, and a context for the posterior's flow. */
export interface Encoding {
  /** `[...batch, L]` */
  loc: Tensor;
  /** `[...batch, L]`, in nats */
  logScale: Tensor;
  /** `[...batch, C]`, absent where C = 0 */
  context?: Tensor;
}

/** In nats. */
export const LOG_SCALE_BOUND = 7;

/**
 * The amortised part of the posterior: a network from x to `loc`, `logScale` and a context of width C.
 *
 * The network's L + L + C outputs are these three in turn; `logScale` is bent into ±7 nats by `7 tanh(raw / 7)`, so that no input makes a
 * scale that overflows or vanishes. A network that takes a context makes it that of a conditional autoencoder: q(z|x, context).
 *
 * **Shapes**: x `[...batch, dataDim]`.
 *
 * Source: Kingma & Welling 2014, "Auto-encoding variational Bayes", section 3; Kingma et al. 2016, algorithm 1, for the context.
 *
 * @throws Error unless the network has at least 2 L outputs
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Encoder, Mlp } from '@pushforward/vae';
 *
 * const encoder = new Encoder(new Mlp({ inputDim: 784, hidden: [64], outputDim: 2 * 8 + 5, seed: 0 }), 8);
 * const { loc, context } = encoder.encode(tf.zeros([3, 784]));
 * console.log(loc.shape, context?.shape); // [ 3, 8 ] [ 3, 5 ]
 * ```
 */
export class Encoder extends Module {
  static readonly type: string = 'Encoder';
  static override fromConfig(config: ModuleConfig, build: BuildModule): Encoder {
    return new Encoder(build(config.network, Network), readConfig(config, { latentDim: 'number' }).latentDim);
  }

  readonly dataDim: number;
  readonly contextDim: number;

  constructor(
    readonly network: Network,
    readonly latentDim: number,
  ) {
    super();
    checkInstance('Encoder: network', network, Network, 'a network');
    checkInteger('Encoder: latentDim', latentDim, 1);
    checkInteger('Encoder: network outputDim', network.outputDim, 2 * latentDim);
    this.dataDim = network.inputDim;
    this.contextDim = network.outputDim - 2 * latentDim;
  }

  /**
   * @param context what x depends on besides z, for a network that takes one
   * @throws Error unless x is `[...batch, dataDim]`, or the context does not fit
   */
  encode(x: Tensor, context?: Tensor): Encoding {
    return tidy(() => {
      const { contextDim } = this.network;
      const given = admit({ name: 'Encoder', x, event: [this.dataDim], context, contextDim });
      const output = this.network.applyToVectors(given.x, given.context);
      const { latentDim } = this;
      const widths = [latentDim, latentDim, ...(this.contextDim > 0 ? [this.contextDim] : [])];
      const [loc, raw, forFlow] = split(output, widths, -1);
      const encoding: Encoding = { loc, logScale: softBound(raw, LOG_SCALE_BOUND) };
      if (this.contextDim > 0) encoding.context = forFlow;
      // A plain object for tidy, which keeps the tensors of the containers that it knows.
      return encoding as Encoding & Record<string, Tensor>;
    });
  }

  override config(): ModuleConfig {
    return { type: Encoder.type, network: this.network.config(), latentDim: this.latentDim };
  }
}

/** Options of {@link mlpEncoder}. */
export interface MlpEncoderOptions extends Pick<MlpOptions, 'hidden' | 'activation' | 'seed'> {
  /** The width of x. */
  dataDim: number;
  /** L, the width of z. */
  latentDim: number;
  /** C, the width of the context that a posterior's flow takes. Default 0: no context. */
  contextDim?: number;
  /** The width of what x depends on besides z, in a conditional autoencoder. Default 0: nothing. */
  conditionDim?: number;
}

/**
 * An {@link Encoder} with an {@link Mlp} of the right width.
 *
 * @example
 * ```ts
 * import { mlpEncoder } from '@pushforward/vae';
 *
 * const encoder = mlpEncoder({ dataDim: 784, latentDim: 32, contextDim: 64, hidden: [300] });
 * console.log(encoder.network.outputDim); // 128
 * ```
 */
export function mlpEncoder(options: MlpEncoderOptions): Encoder {
  checkOptions('mlpEncoder', options, [
    'dataDim',
    'latentDim',
    'contextDim',
    'conditionDim',
    'hidden',
    'activation',
    'seed',
  ]);
  const { dataDim, latentDim, contextDim = 0, conditionDim = 0, ...network } = options;
  checkInteger('mlpEncoder: latentDim', latentDim, 1);
  checkInteger('mlpEncoder: contextDim', contextDim, 0);
  checkInteger('mlpEncoder: conditionDim', conditionDim, 0);
  const outputDim = 2 * latentDim + contextDim;
  return new Encoder(new Mlp({ ...network, inputDim: dataDim, contextDim: conditionDim, outputDim }), latentDim);
}
