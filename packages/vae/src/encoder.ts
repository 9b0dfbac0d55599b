import { slice, type Tensor, tidy } from '@tensorflow/tfjs-core';
import {
  admit,
  type BuildModule,
  checkInteger,
  Module,
  type ModuleConfig,
  softBound,
  readConfig,
} from '@pushforward/tensor';
import { Mlp, type MlpOptions, Network } from '@pushforward/made';
import { checkNetwork } from './check-network.js';

/** What an encoder says of each x: the Gaussian that the posterior starts from, and a context for the posterior's flow. */
export interface Encoding {
  /** `[...batch, L]` */
  loc: Tensor;
  /** `[...batch, L]`, in nats */
  logScale: Tensor;
  /** `[...batch, C]`, absent where C = 0 */
  context?: Tensor;
}

const LOG_SCALE_BOUND = 7;

/**
 * The amortised part of the posterior: a network from x to `loc`, `logScale` and a context of width C.
 *
 * The network's L + L + C outputs are these three in turn; `logScale` is bent into ±7 nats by `7 tanh(raw / 7)`, so that no input makes a
 * scale that overflows or vanishes.
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
    checkNetwork('Encoder: network', network);
    checkInteger('Encoder: latentDim', latentDim, 1);
    checkInteger('Encoder: network outputDim', network.outputDim, 2 * latentDim);
    this.dataDim = network.inputDim;
    this.contextDim = network.outputDim - 2 * latentDim;
  }

  /** @throws Error unless x is `[...batch, dataDim]` */
  encode(x: Tensor): Encoding {
    return tidy(() => {
      const output = this.network.apply(admit({ name: 'Encoder', x, event: [this.dataDim] }).x);
      const part = (begin: number, size: number) =>
        slice(output, [...x.shape.slice(0, -1).map(() => 0), begin], [...x.shape.slice(0, -1), size]);
      const encoding: Encoding = {
        loc: part(0, this.latentDim),
        logScale: softBound(part(this.latentDim, this.latentDim), LOG_SCALE_BOUND),
      };
      if (this.contextDim > 0) encoding.context = part(2 * this.latentDim, this.contextDim);
      // A plain object for tidy, which keeps the tensors of the containers that it knows.
      return encoding as Encoding & Record<string, Tensor>;
    });
  }

  override config(): ModuleConfig {
    return { type: Encoder.type, network: this.network.config(), latentDim: this.latentDim };
  }
}

/** What {@link mlpEncoder} is made of. */
export interface MlpEncoderOptions extends Pick<MlpOptions, 'hidden' | 'activation' | 'seed'> {
  /** The width of x. */
  dataDim: number;
  /** L, the width of z. */
  latentDim: number;
  /** C, the width of the context that a posterior's flow takes. Default 0: no context. */
  contextDim?: number;
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
export function mlpEncoder({ dataDim, latentDim, contextDim = 0, ...network }: MlpEncoderOptions): Encoder {
  checkInteger('mlpEncoder: latentDim', latentDim, 1);
  checkInteger('mlpEncoder: contextDim', contextDim, 0);
  return new Encoder(new Mlp({ ...network, inputDim: dataDim, outputDim: 2 * latentDim + contextDim }), latentDim);
}
