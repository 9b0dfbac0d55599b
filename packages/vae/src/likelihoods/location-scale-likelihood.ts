import { exp, fill, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { checkBoolean, checkNumber, makeVariable, type ModuleConfig } from '@pushforward/tensor';
import type { Distribution } from '@pushforward/distributions';
import type { Network } from '@pushforward/made';
import { DecoderLikelihood } from './decoder-likelihood.js';

/** Options of a likelihood's scale that does not depend on z. */
export interface ScaleOptions {
  /** The scale at the start, in the unit of x. */
  scale: number;
  /** Whether training changes the scale, one for each number of x. */
  learnScale: boolean;
}

/** Numbers that are independent given z, each with a location from the decoder and a scale that does not depend on z: what a class adds is their family. */
export abstract class LocationScaleLikelihood extends DecoderLikelihood {
  readonly logScale: Variable;

  constructor(type: string, decoder: Network, { scale, learnScale }: ScaleOptions) {
    super(type, decoder);
    checkNumber(`${type}: scale`, scale, { above: 0 });
    checkBoolean(`${type}: learnScale`, learnScale);
    this.logScale = makeVariable([this.dataDim], () => fill([this.dataDim], Math.log(scale)), {
      trainable: learnScale,
    });
  }

  /** The distribution of each number, from what the decoder gives for it and the scale, in the unit of x. */
  protected abstract family(output: Tensor, scale: Tensor): Distribution;

  protected each(output: Tensor): Distribution {
    return this.family(output, exp(this.logScale));
  }

  override config(): ModuleConfig {
    return { ...super.config(), learnScale: this.logScale.trainable };
  }
}
