import type { Tensor } from '@tensorflow/tfjs-core';
import {
  admit,
  type AdmittedArguments,
  checkInteger,
  checkOptions,
  type ModuleConfig,
  type Seed,
} from '@pushforward/tensor';
import { typeOf } from '@pushforward/tensor/kernels';
import type { Mlp } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';
import { contextConfig, type ContextOptions } from './context-parameters.js';

type VectorOptions = ContextOptions & { dim: number; seed?: Seed };

/** A bijector of vectors of one length, to whose variables a network may add a function of the context. */
export abstract class VectorBijector extends Bijector {
  readonly eventRank = 1;
  override readonly eventShape: readonly number[];
  override readonly contextDim: number;
  /** D, the length of the vectors. */
  readonly dim: number;
  /** From the context to what it adds to the variables, if there is one. */
  abstract readonly network?: Mlp;

  /** @param own the names of the options besides those of {@link VectorOptions} */
  constructor(options: VectorOptions, own: readonly string[] = []) {
    super();
    const known = ['dim', ...own, 'seed', 'contextDim', 'hidden'];
    checkOptions<Record<string, unknown>>(typeOf(this), options as object as Record<string, unknown>, known);
    const { dim, contextDim = 0 } = options;
    checkInteger(`${typeOf(this)}: dim`, dim, 1);
    this.dim = dim;
    this.eventShape = [dim];
    this.contextDim = contextDim;
  }

  override config(): ModuleConfig {
    return { type: typeOf(this), dim: this.dim, ...contextConfig(this.network) };
  }

  protected admit(argument: 'x' | 'y', x: Tensor, context: Tensor | undefined): AdmittedArguments {
    const { eventShape: event, contextDim } = this;
    return admit({ name: typeOf(this), argument, x, event, context, contextDim });
  }
}
