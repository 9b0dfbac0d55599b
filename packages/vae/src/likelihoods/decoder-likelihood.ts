import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import { checkInstance, type ModuleConfig, sizeOf } from '@pushforward/tensor';
import { type Distribution, Independent } from '@pushforward/distributions';
import { Network } from '@pushforward/made';
import { Likelihood } from './likelihood.js';

/** Numbers that are independent given z, each with a distribution whose parameters are outputs of one decoder: what a class adds is that. */
export abstract class DecoderLikelihood extends Likelihood {
  readonly latentDim: number;
  readonly dataDim: number;
  override readonly contextDim: number;
  readonly #parameterShape: readonly number[];

  /**
   * @param type what saved files and error messages call the class
   * @param decoder from z, and the context if it takes one, to the parameters
   * @param parameterShape those of one number of x: `[]` if it is one
   */
  constructor(
    protected readonly type: string,
    readonly decoder: Network,
    parameterShape: readonly number[] = [],
  ) {
    super();
    checkInstance(`${type}: decoder`, decoder, Network, 'a network');
    const count = sizeOf(parameterShape);
    if (decoder.outputDim % count !== 0) {
      throw new Error(
        `${type}: decoder outputDim must be a multiple of ${count}, the parameters of one number, got ${decoder.outputDim}`,
      );
    }
    this.latentDim = decoder.inputDim;
    this.dataDim = decoder.outputDim / count;
    this.contextDim = decoder.contextDim;
    this.#parameterShape = parameterShape;
  }

  /** The distribution of each number by itself, from its parameters `[...batch, dataDim, ...parameterShape]`. */
  protected abstract each(parameters: Tensor): Distribution;

  distribution(z: Tensor, context?: Tensor): Distribution {
    const output = this.decoder.applyToVectors(z, context);
    const shape = [...output.shape.slice(0, -1), this.dataDim, ...this.#parameterShape];
    return new Independent(this.each(this.#parameterShape.length > 0 ? reshape(output, shape) : output), 1);
  }

  override config(): ModuleConfig {
    return { type: this.type, decoder: this.decoder.config() };
  }
}
